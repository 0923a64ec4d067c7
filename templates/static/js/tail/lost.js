// A connection that was lost and is back: how long it was away.

/** What was shorter nobody saw: the status line is drawn once a second. In ms. */
const SEEN = 1000
/** Nobody waits for lines then. */
const ENDED = ['stopped', 'over']

export class Lost {
  /** Whether the log was followed, and since when it is not; 0: it is. */
  #followed = false
  #since = 0

  /** @param {import('./tail.js').Kind} kind what the connection is now @returns {number} for how many ms it was lost, if it has just come back; else 0 */
  hear(kind) {
    if (kind !== 'following') {
      this.#since ||= this.#followed ? Date.now() : 0
      if (!ENDED.includes(kind)) return 0
    }
    const ms = this.#since ? Date.now() - this.#since : 0
    this.#followed = kind === 'following'
    this.#since = 0
    return this.#followed && ms >= SEEN ? ms : 0
  }
}
