// When to try again.

const FIRST = 500
const MOST = 10_000
/** A connection that lived so long was a good one: the next failure is a first one. */
const GOOD = 10_000

/** Waits that double from half a second to ten, each shortened by chance, so that a thousand pages do not come back at once. */
export class Backoff {
  #failures = 0

  /** Milliseconds to wait now. */
  next() {
    const wait = Math.min(MOST, FIRST * 2 ** this.#failures++)
    return wait * (0.5 + Math.random() / 2)
  }

  /** @param {number} ms how long the connection lived */
  lived(ms) {
    if (ms >= GOOD) this.#failures = 0
  }

  reset() {
    this.#failures = 0
  }
}
