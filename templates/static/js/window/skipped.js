// What a jump to the live edge skips: a row says how much, until somebody scrolls there or loads it.

import { markerWords } from '../common/words.js'

/** So much between the rows before and after a jump is worth a row: the last line itself was not skipped. */
const LEAST = 4096

export class Skipped {
  #buffer
  /** Where the rows ended, as a place in the whole history. @type {number | null} */
  #from = null

  /** @param {import('./buffer.js').Buffer} buffer */
  constructor(buffer) {
    this.#buffer = buffer
  }

  /** The rows of now are left behind. */
  leave() {
    this.#from = this.#buffer.at(this.#buffer.next - 1)?.place ?? null
  }

  /** Rows are of another place, but nobody jumped. */
  forget() {
    this.#from = null
  }

  /** Rows of the live edge are here. @param {(words: string) => void} tell */
  arrive(tell) {
    const first = this.#from === null ? null : this.#buffer.at(this.#buffer.first)
    if (!first) return
    const bytes = first.place - (this.#from ?? 0)
    this.#from = null
    if (bytes <= LEAST) return
    const marker = { kind: 'fold', at: Date.now(), bytes }
    this.#buffer.fold(marker)
    tell(markerWords(marker))
  }
}
