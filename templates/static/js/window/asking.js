// What a reader is asking for, above its rows and below them.

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
