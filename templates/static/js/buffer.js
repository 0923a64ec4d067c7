// The lines this page keeps: bytes as they came, and where each line begins.

import { Blocks } from './blocks.js'
import { CONT, OPEN } from './frame.js'

/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {import('./frame.js').Marker} Marker */

/** Rows of 19 px stay far below the height at which browsers cut an element off (some 16 million px). */
const MAX_LINES = 200_000
const MAX_BYTES = 32 * 1024 * 1024
/** A line longer than this goes on in a row of its own, so that one endless line cannot fill the page. */
const MAX_LINE = 4 * 1024 * 1024
/** How much goes at once when the buffer is full: a sixteenth, so that trimming is rare. */
const LEEWAY = 16
const NEWLINE = 10
const RETURN = 13

/**
 * Rows are numbered for ever: row n keeps its number when older ones are let go. A row is a line or a marker.
 */
export class Buffer {
  /** The oldest row kept. */
  first = 0
  /** One behind the newest row. */
  next = 0
  /** How many lines ever began; markers do not count. */
  lines = 0
  /** The oldest row that somebody is looking at: it and what follows is not let go. Infinity: nobody minds. */
  keep = Infinity

  #max
  #blocks = new Blocks()
  #starts
  /** @type {Map<number, Marker>} */
  #markers = new Map()
  /** Rows that begin inside a line. @type {Set<number>} */
  #conts = new Set()
  #open = false

  /** @param {{ lines?: number, bytes?: number, line?: number }} [max] */
  constructor({ lines = MAX_LINES, bytes = MAX_BYTES, line = MAX_LINE } = {}) {
    this.#max = { lines, bytes, line }
    this.#starts = new Float64Array(lines + 1)
  }

  /** How many lines are here; markers do not count. */
  get kept() {
    return this.next - this.first - this.#markers.size
  }

  /** How many bytes of memory the lines take. */
  get memory() {
    return this.#blocks.memory
  }

  /**
   * Takes a frame, wholly or not at all.
   * @param {Frame} frame
   * @returns {boolean} false: there is no room without letting go of what is looked at. The frame was not taken.
   */
  take(frame) {
    if (!this.#hasRoom(frame)) return false
    if (frame.payload.length > 0) {
      this.#append(frame.payload, frame.flags)
      this.#open = (frame.flags & OPEN) !== 0
    }
    // An endless line: what follows has to begin a row of its own.
    if (this.#open && this.#blocks.end - this.#start(this.next - 1) >= this.#max.line) this.#open = false
    return true
  }

  /**
   * A row of words instead of a line.
   * @param {Marker} marker
   * @returns {boolean} as take
   */
  mark(marker) {
    if (!this.#hasRoom()) return false
    this.#markers.set(this.next, marker)
    this.#begin(this.#blocks.end)
    this.#open = false
    return true
  }

  /** @param {number} row */
  marker(row) {
    return this.#markers.get(row)
  }

  /**
   * Whether the row goes on with a line whose beginning is not in it.
   * @param {number} row
   */
  continues(row) {
    return this.#conts.has(row)
  }

  /**
   * The length of a line in bytes, without what ended it.
   * @param {number} row
   */
  size(row) {
    return this.#end(row) - this.#start(row)
  }

  /**
   * A line's own bytes, without what ended it. Not to be kept.
   * @param {number} row
   * @param {number} [from]
   * @param {number} [to]
   */
  bytes(row, from = 0, to = Infinity) {
    const start = this.#start(row)
    return this.#blocks.read(start + from, Math.min(start + to, this.#end(row)))
  }

  // Private

  /** @param {Uint8Array} payload @param {number} flags */
  #append(payload, flags) {
    const base = this.#blocks.end
    const joins = this.#open && (flags & CONT) !== 0
    this.#blocks.append(payload)
    if (!joins) {
      if (flags & CONT) this.#conts.add(this.next)
      this.#beginLine(base)
    }
    for (let at = payload.indexOf(NEWLINE) + 1; at > 0 && at < payload.length; at = payload.indexOf(NEWLINE, at) + 1) {
      this.#beginLine(base + at)
    }
  }

  /** @param {number} address */
  #beginLine(address) {
    this.lines++
    this.#begin(address)
  }

  /** @param {number} address */
  #begin(address) {
    if (this.next - this.first >= this.#max.lines || address - this.#start(this.first) > this.#max.bytes) this.#trim(address)
    this.#starts[this.next % this.#starts.length] = address
    this.next++
  }

  /** @param {number} row */
  #start(row) {
    return row < this.next ? this.#starts[row % this.#starts.length] : this.#blocks.end
  }

  /** Behind the last byte of a line that is not part of what ends it. @param {number} row */
  #end(row) {
    const start = this.#start(row)
    let end = this.#start(row + 1)
    const tail = this.#blocks.read(Math.max(start, end - 2), end)
    if (tail.at(-1) !== NEWLINE) return end
    end--
    return tail.length > 1 && tail.at(-2) === RETURN ? end - 1 : end
  }

  /** @param {number} address where the next row will begin */
  #trim(address) {
    const last = Math.min(this.next - 1, this.keep)
    const most = { lines: this.#max.lines - this.#max.lines / LEEWAY, bytes: this.#max.bytes - this.#max.bytes / LEEWAY }
    while (this.first < last && (this.next - this.first >= most.lines || address - this.#start(this.first) > most.bytes)) {
      this.#markers.delete(this.first)
      this.#conts.delete(this.first)
      this.first++
    }
    this.#blocks.letGo(this.#start(this.first))
  }

  /**
   * Counts beforehand while somebody looks at old rows, which only then is worth its time.
   * @param {Frame} [frame]
   */
  #hasRoom(frame) {
    if (this.keep >= this.next) return true
    const payload = frame?.payload ?? new Uint8Array(0)
    if (this.#blocks.end + payload.length - this.#start(this.keep) > this.#max.bytes) return false
    const room = this.#max.lines - (this.next - this.keep)
    if (payload.length < room) return true
    let rows = 1
    for (let at = payload.indexOf(NEWLINE) + 1; at > 0 && at < payload.length && rows <= room; at = payload.indexOf(NEWLINE, at) + 1) rows++
    return rows <= room
  }
}
