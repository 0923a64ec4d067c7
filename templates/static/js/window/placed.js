// Rows and where they are in the log: a row is a line or a marker, and a line has a place.

import { token } from '../tail/frame.js'
import { Rows } from './lines.js'
import { Places } from './places.js'

/** @typedef {import('../tail/frame.js').Marker} Marker */

/** So many lines tell how long one usually is. */
const ENOUGH = 20
const HALF_YEAR = 182 * 24 * 3_600_000

export class Placed extends Rows {
  /** Rows of words. @type {Map<number, Marker>} */
  markers = new Map()
  places

  /** @param {number} most how many rows there may be at once */
  constructor(most) {
    super(most)
    this.places = new Places(most)
  }

  /** How many lines are here; markers do not count. */
  get kept() {
    return this.next - this.first - this.markers.size
  }

  /** How long a line is on an average; 0: there are too few to tell. */
  get lineSize() {
    return this.kept >= ENOUGH ? (this.blocks.end - this.blocks.begin) / this.kept : 0
  }

  /** @param {number} row */
  marker(row) {
    return this.markers.get(row)
  }

  /**
   * Where the row's line begins: the place in the whole history, and the line's token. A marker is where the next line is.
   * @param {number} row
   * @returns {{ place: number, token: string, file: string, offset: number } | null} null: no line is here or below
   */
  at(row) {
    while (this.markers.has(row)) row++
    if (row < this.first || row >= this.next) return null
    const { file, offset, place } = this.places.at(row)
    return {
      file,
      offset,
      place,
      get token() {
        return token(file, offset)
      },
    }
  }

  /** A time that the row's line is not far behind, Unix ms: of a line without a year it is one from half a year before what the worker read near it to half a year after. @param {number} row */
  about(row) {
    const { time } = this.places.at(row)
    return time ? Math.min(Date.now(), time + HALF_YEAR) : Date.now()
  }

  /**
   * The first row that is not before an offset in a file; of a file that was cut, in what it has now.
   * @param {string} file @param {number} offset
   */
  find(file, offset) {
    let found = null
    for (const { from, to } of this.places.of(file, this.next)) {
      const row = this.#lower(from, to, offset)
      if (row === null) break
      found = row
    }
    return found
  }

  /** Where the line behind the last row will begin. */
  get edge() {
    let row = this.next - 1
    while (row > this.first && this.markers.has(row)) row--
    const { file = '', offset = 0 } = this.at(row) ?? {}
    return { file, offset: offset + this.blocks.end - this.start(row) }
  }

  /** The last row that begins at a place of the whole history or before it. @param {number} place */
  rowAt(place) {
    let low = this.first
    let high = this.next - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.at(middle)?.place ?? Infinity) <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  // Private

  /** The first line from one row up to another that does not begin before an offset. @param {number} from @param {number} to @param {number} offset */
  #lower(from, to, offset) {
    /** @param {number} row */
    const line = (row) => {
      while (row < to && this.markers.has(row)) row++
      return row
    }
    let [low, high] = [from, to]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = line(middle)
      if (row < high && this.places.at(row).offset < offset) low = row + 1
      else high = middle
    }
    low = line(low)
    return low < to ? low : null
  }
}
