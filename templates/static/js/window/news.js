// Which lines of the tail are new to the log: what was there when the page came, is fetched anew or was already counted is not.

import { BACKLOG, cut } from '../tail/frame.js'

export class News {
  /** Up to here lines are known of, as a place in the whole history; null: the live edge was not reached yet. @type {number | null} */
  #until = null

  /** How many of the lines that came by a frame are. @param {import('../tail/frame.js').Frame} frame @param {number} shift @param {number} lines */
  among(frame, shift, lines) {
    const { flags, marker, start, offset, payload } = frame
    if (this.#until === null && (marker ? marker.kind !== 'live' : flags & BACKLOG)) return 0
    const until = this.#until ?? -Infinity
    this.#until = Math.max(until, shift + offset)
    if (shift + start >= until || payload.length === 0) return lines
    return Math.min(lines, cut(frame).offsets.filter((at) => shift + at >= until).length)
  }
}
