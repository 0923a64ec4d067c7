// The bytes of each row.

import { Blocks } from './blocks.js'
import { slot } from './places.js'
import { ending } from '../tail/frame.js'

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
    const end = this.start(row + 1)
    return end - ending(this.blocks.read(Math.max(this.start(row), end - 2), end))
  }
}
