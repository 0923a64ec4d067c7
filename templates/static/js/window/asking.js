// What a reader is asking for, above its rows and below them.

import { markerWords } from '../common/words.js'

/** A question that failed is put again after so long, in ms. */
const AGAIN = 5000

/** One answer. */
const LINES = 1000
const BYTES = 512 * 1024
const LOOK = 64 * 1024 * 1024

/** A question for a page of lines. @param {object | undefined} filter @param {object} question */
export function read(filter, question) {
  return /** @type {import('../tail/questions.js').Question} */ ({ ask: 'read', lines: LINES, bytes: BYTES, look: LOOK, filter, ...question })
}

/** Says what an answer says of itself rather than of the log. @param {import('../tail/frame.js').Frame} frame @param {(words: string) => void} tell @returns {boolean} whether it was no row */
export function says({ marker }, tell) {
  if (marker?.kind !== 'end' && marker?.kind !== 'progress') return false
  tell(marker.kind === 'progress' || marker.end === 'failed' ? markerWords(marker) : '')
  return true
}

/**
 * Takes an answer that is asked for up to a position. Where that is gone, which is a gap that is told first, it would be a row in a wrong place.
 * @param {string | undefined} until @param {(frame: import('../tail/frame.js').Frame, last: boolean, until?: string) => void} take @param {() => void} gone
 */
export function upTo(until, take, gone) {
  let begun = until === undefined
  return (/** @type {import('../tail/frame.js').Frame} */ frame, /** @type {boolean} */ last) => {
    if (!begun && frame.marker?.kind === 'gap') return gone()
    begun ||= frame.marker?.kind !== 'progress'
    take(frame, last, until)
  }
}

/** In place of what gives a question up: none is put for a while. */
const waits = () => {}

export class Asking {
  /** What gives the question up. @type {(() => void) | null} */
  up = null
  /** @type {(() => void) | null} */
  down = null

  drop() {
    this.up?.()
    this.down?.()
  }

  /** None is put for a while. @param {'up' | 'down'} side @param {() => void} then */
  rest(side, then) {
    this[side] = waits
    setTimeout(() => {
      this[side] = null
      then()
    }, AGAIN)
  }

  /** The rows went that an answer was to join: it would leave a hole. @param {'up' | 'down'} side */
  giveUp(side) {
    if (this[side] === waits) return
    this[side]?.()
    this[side] = null
  }
}
