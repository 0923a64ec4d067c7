// The whole history as one line of bytes: where it begins, where the live edge is, and where between them a file lies.

import { identity } from './frame.js'

/**
 * Places count from the live edge as it was when this page first heard of it: what was before is negative. Sizes of compressed
 * files are guesses, so the beginning may move.
 */
export class Extent {
  /** The oldest byte, as far as is known. */
  begin = 0
  /** The live edge. */
  edge = 0
  /** The log's files, oldest first. @type {import('./frame.js').FileInfo[]} */
  files = []
  /** Where the tail has come to. */
  #tail = 0
  #heard = false
  /** What an offset of a file is short of its place, whatever token it comes with. @type {Map<string, number>} */
  #shifts = new Map()

  /** Asks which files there are. @param {import('./questions.js').Questions} questions @param {() => void} changed */
  ask(questions, changed) {
    /** @type {import('./frame.js').FileInfo[]} */
    let files = []
    questions.ask({ ask: 'outline' }, {
      frame: ({ marker }) => {
        if (marker?.kind === 'outline') {
          const more = marker.files ?? [] // as many as fit in a frame
          if (more.some(({ name }) => files.some((file) => file.name === name))) files = [] // a new run tells it again
          this.outline = files = [...files, ...more]
        }
        changed()
      },
    })
  }

  /**
   * What offsets of a frame's file are short of their place.
   * @param {import('./frame.js').Frame} frame
   */
  shift(frame) {
    const { start, offset, behind, reply } = frame
    if (!frame.file) return 0
    const file = identity(frame.file)
    let shift = this.#shifts.get(file)
    if (shift === undefined) {
      // A file that the tail goes on with begins where it has come to; of any other only the way to the live edge is known.
      shift = reply === 0 && this.#heard && start === 0 ? this.#tail : this.edge - behind - offset
      this.#shifts.set(file, shift)
    }
    if (reply === 0) {
      this.#heard = true
      this.#tail = shift + offset
    }
    this.edge = Math.max(this.edge, shift + offset + behind)
    return shift
  }

  /** @param {import('./frame.js').FileInfo[]} files */
  set outline(files) {
    this.files = files
    this.begin = this.edge - files.reduce((sum, { size }) => sum + size, 0)
  }

  /** The first byte was seen: it is here. @param {number} place */
  set start(place) {
    this.begin = place
  }

  get size() {
    return Math.max(1, this.edge - this.begin)
  }

  /** From 0, the first byte, to 1, the live edge. @param {number} place */
  fraction(place) {
    return Math.min(1, Math.max(0, (place - this.begin) / this.size))
  }

  /** How many bytes before the live edge a fraction of the history is. @param {number} fraction */
  behind(fraction) {
    return Math.round((1 - fraction) * this.size)
  }
}
