// The bytes of each row.

import { Blocks } from './blocks.js'
import { slot } from './places.js'

const NEWLINE = 10
const RETURN = 13

/** Rows in a ring, each with the address at which its bytes begin. What is behind one row's bytes is the next one's. */
export class Rows {
  /** The oldest row kept. */
  first = 0
  /** One behind the newest row. */
  next = 0
  blocks = new Blocks()
  #starts

  /** @param {number} most how many there may be at once */
  constructor(most) {
    this.#starts = new Float64Array(most)
  }

  /**
   * The length of a line in bytes, without what ended it.
   * @param {number} row
   */
  size(row) {
    return this.end(row) - this.start(row)
  }

  /**
   * A line's own bytes, without what ended it. Not to be kept.
   * @param {number} row
   * @param {number} [from]
   * @param {number} [to]
   */
  bytes(row, from = 0, to = Infinity) {
    const start = this.start(row)
    return this.blocks.read(start + from, Math.min(start + to, this.end(row)))
  }

  /** @param {number} row @param {number} address */
  set(row, address) {
    this.#starts[slot(row, this.#starts.length)] = address
  }

  /** @param {number} row */
  start(row) {
    return row < this.next ? this.#starts[slot(row, this.#starts.length)] : this.blocks.end
  }

  /** Behind the last byte of a line that is not part of what ends it. @param {number} row */
  end(row) {
    const start = this.start(row)
    let end = this.start(row + 1)
    const tail = this.blocks.read(Math.max(start, end - 2), end)
    if (tail.at(-1) !== NEWLINE) return end
    end--
    return tail.length > 1 && tail.at(-2) === RETURN ? end - 1 : end
  }
}
