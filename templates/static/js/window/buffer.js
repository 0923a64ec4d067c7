// The lines this page keeps: a window on the log, bytes as they came, and where each line begins.

import { CONT, cut, identity, OPEN, token } from '../tail/frame.js'
import { Placed } from './placed.js'

/** @typedef {import('../tail/frame.js').Frame} Frame */
/** @typedef {import('../tail/frame.js').Marker} Marker */

const MAX_LINES = 100_000
const MAX_BYTES = 24 * 1024 * 1024
/** A line longer than this goes on in a row of its own, so that one endless line cannot fill the page. */
const MAX_LINE = 4 * 1024 * 1024
/** How much goes at once when the buffer is full: a sixteenth, so that trimming is rare. */
const LEEWAY = 16
/** After a jump, rows are numbered from so far away, whatever comes before them. */
const JUMP = 2 ** 40
const NEWLINE = 10

/**
 * Rows keep their number whatever comes or goes at either end; those before the first that ever came are negative. A row is a
 * line or a marker. What is looked at is not let go of.
 */
export class Buffer extends Placed {
  /** How many lines were ever added behind the last; markers do not count. */
  lines = 0
  /** Rows that somebody is looking at: from, and up to. from Infinity: nobody minds. */
  keep = { from: Infinity, to: -Infinity }
  /** Position to read back from, and to go on from. */
  head = ''
  tail = ''
  /** Marks set in a file, in order: rows of words before the line that has the offset. @type {(file: string, from: number, to: number) => { offset: number, marker: Marker }[]} */
  marks = () => []

  #max
  /** Rows that begin inside a line. @type {Set<number>} */
  #conts = new Set()
  #open = false
  /** To where it is here, in its file: what goes on elsewhere is of a line that was given up before, as its writer fell silent. */
  #end = 0

  /** @param {{ lines?: number, bytes?: number, line?: number }} [max] */
  constructor({ lines = MAX_LINES, bytes = MAX_BYTES, line = MAX_LINE } = {}) {
    super(lines + 1)
    this.#max = { lines, bytes, line }
  }

  /** Forgets all rows: what comes next is of another place. */
  clear() {
    this.keep = { from: Infinity, to: -Infinity }
    this.#letGo(this.next, this.next)
    this.first = this.next = this.next + JUMP
    this.head = this.tail = ''
    this.#open = false
  }

  /**
   * Takes a frame behind the last row, wholly or not at all. Older rows may go.
   * @param {Frame} frame
   * @param {number} [shift] what an offset of its file is short of the place in the whole history
   * @returns {boolean} false: there is no room without letting go of what is looked at. The frame was not taken.
   */
  append(frame, shift = 0) {
    if (!this.#hasRoom(frame)) return false
    if (frame.marker) this.#addMarker(frame.marker)
    else if (frame.payload.length > 0) this.#addLines(frame, shift)
    this.head ||= frame.payload.length > 0 ? token(frame.file, frame.start) : frame.position
    this.tail = frame.position || this.tail
    // An endless line: what follows has to begin a row of its own.
    if (this.#open && this.blocks.end - this.start(this.next - 1) >= this.#max.line) this.#open = false
    return true
  }

  /**
   * The same before the first row. Newer rows may go.
   * @param {Frame} frame @param {number} [shift]
   * @returns {boolean} as append
   */
  prepend(frame, shift = 0) {
    const rows = frame.marker ? null : cut(frame)
    if (!this.#hasRoomBefore(frame, rows?.starts.length ?? 1)) return false
    if (frame.marker) {
      this.set(--this.first, this.blocks.begin)
      this.markers.set(this.first, frame.marker)
    } else if (rows && frame.payload.length > 0) this.#addBefore(frame, rows, shift)
    this.head = frame.position || this.head
    this.tail ||= frame.position
    return true
  }

  /**
   * A row of words instead of a line.
   * @param {Marker} marker
   * @returns {boolean} as append
   */
  mark(marker) {
    if (!this.#hasRoom(null)) return false
    this.#addMarker(marker)
    return true
  }

  /** Lines before the first row are there, and not shown. @param {Marker} marker */
  fold(marker) {
    this.set(--this.first, this.blocks.begin)
    this.markers.set(this.first, marker)
  }

  /** They come: nothing is folded any more. */
  unfold() {
    if (this.markers.get(this.first)?.kind === 'fold') this.#letGo(this.first + 1, this.next)
  }

  /** The log goes on behind this position; there is nothing to show. @param {string} position */
  pass(position) {
    this.head ||= position
    this.tail = position || this.tail
  }

  /**
   * Whether the row goes on with a line whose beginning is not in it.
   * @param {number} row
   */
  continues(row) {
    return this.#conts.has(row)
  }

  /** Whether the last line goes on. */
  get open() {
    return this.#open
  }

  // Private

  /** @param {Marker} marker */
  #addMarker(marker) {
    this.markers.set(this.next, marker)
    this.#begin(this.blocks.end)
    this.#open = false
  }

  /** @param {Frame} frame @param {number} shift */
  #addLines(frame, shift) {
    const { starts, offsets } = cut(frame)
    const { file, offset } = this.edge
    const from = identity(file) === identity(frame.file) ? Math.min(offset, offsets[0]) : offsets[0] // also of lines that a filter does not let pass
    const due = this.marks(frame.file, from, offsets[offsets.length - 1])
    const base = this.blocks.end
    const joins = this.#open && (frame.flags & CONT) !== 0 && frame.start === this.#end
    this.blocks.append(frame.payload)
    if (!joins && frame.flags & CONT) this.#conts.add(this.next)
    for (let i = joins ? 1 : 0; i < starts.length; i++) {
      while (due.length > 0 && due[0].offset <= offsets[i]) {
        const marker = due.shift()?.marker ?? { kind: '', at: 0 }
        if (this.#stands(marker, this.next - 1, -1)) continue
        this.markers.set(this.next, marker)
        this.#begin(base + starts[i])
      }
      this.lines++
      this.#begin(base + starts[i])
      this.places.append(this.next - 1, frame.file, offsets[i], shift, frame.time)
    }
    this.#open = (frame.flags & OPEN) !== 0
    this.#end = frame.offset
  }

  /** Whether a mark is among those that the rows end or begin with. @param {Marker} mark @param {number} row the outermost @param {1 | -1} step to the next */
  #stands({ kind, at }, row, step) {
    for (let marker = this.markers.get(row); marker; marker = this.markers.get((row += step))) {
      if (marker.kind === kind && marker.at === at) return true
    }
    return false
  }

  /** @param {Frame} frame @param {{ starts: number[], offsets: number[] }} rows @param {number} shift */
  #addBefore(frame, { starts, offsets }, shift) {
    const last = offsets[offsets.length - 1]
    const below = this.at(this.first)
    const until = below && identity(below.file) === identity(frame.file) ? Math.max(below.offset - 1, last) : last
    const due = this.marks(frame.file, offsets[0], until)
    const joins = (frame.flags & OPEN) !== 0 && this.first < this.next && this.#conts.has(this.first) && this.size(this.first) < this.#max.line
    for (; due.length > 0 && due[due.length - 1].offset > last; due.pop()) {
      const { marker } = due[due.length - 1]
      if (joins || this.#stands(marker, this.first, 1)) continue
      this.set(--this.first, this.blocks.begin)
      this.markers.set(this.first, marker)
    }
    this.blocks.prepend(frame.payload)
    const base = this.blocks.begin
    if (joins) {
      this.#conts.delete(this.first)
      this.set(this.first, base + starts[starts.length - 1])
      this.places.prepend(this.first, frame.file, last, shift, frame.time)
    }
    for (let i = starts.length - (joins ? 2 : 1); i >= 0; i--) {
      this.set(--this.first, base + starts[i])
      this.places.prepend(this.first, frame.file, offsets[i], shift, frame.time)
      while (due.length > 0 && due[due.length - 1].offset > (offsets[i - 1] ?? -1)) {
        this.set(--this.first, base + starts[i])
        this.markers.set(this.first, due.pop()?.marker ?? { kind: '', at: 0 })
      }
    }
    if (frame.flags & CONT) this.#conts.add(this.first)
  }

  /** @param {number} address */
  #begin(address) {
    if (this.next - this.first >= this.#max.lines || address - this.start(this.first) > this.#max.bytes) this.#trim(address)
    this.set(this.next++, address)
  }

  get #most() {
    return { lines: this.#max.lines - this.#max.lines / LEEWAY, bytes: this.#max.bytes - this.#max.bytes / LEEWAY }
  }

  /** @param {number} address where the next row will begin */
  #trim(address) {
    const last = Math.min(this.next - 1, this.keep.from)
    const most = this.#most
    let first = this.first
    while (first < last && (this.next - first >= most.lines || address - this.start(first) > most.bytes)) first++
    this.#letGo(first, this.next)
  }

  /** Keeps these rows only. @param {number} first @param {number} next */
  #letGo(first, next) {
    const cutFirst = first > this.first
    if (next < this.next) {
      this.tail = this.at(next)?.token ?? this.tail
      this.#open = false
    }
    for (const rows of [this.markers, this.#conts]) for (const row of rows.keys()) if (row < first || row >= next) rows.delete(row)
    const [from, to] = [this.start(first), this.start(next)]
    this.first = first
    this.next = next
    this.blocks.keep(from, to)
    this.places.keep(first, next)
    if (cutFirst) this.head = this.at(first)?.token ?? this.head
  }

  /** Counts beforehand while somebody looks at old rows, which only then is worth its time. @param {Frame | null} frame */
  #hasRoom(frame) {
    if (this.keep.from >= this.next) return true
    const payload = frame?.payload ?? new Uint8Array(0)
    if (this.blocks.end + payload.length - this.start(this.keep.from) > this.#max.bytes) return false
    const room = this.#max.lines - (this.next - this.keep.from)
    if (payload.length < room) return true
    let rows = 1
    for (let at = payload.indexOf(NEWLINE) + 1; at > 0 && at < payload.length && rows <= room; at = payload.indexOf(NEWLINE, at) + 1) rows++
    return rows <= room
  }

  /** Makes room at the end. @param {Frame} frame @param {number} rows */
  #hasRoomBefore(frame, rows) {
    const spare = 2 // for marks
    const size = frame.payload.length
    if (this.next - this.first + rows + spare <= this.#max.lines && this.blocks.end - this.blocks.begin + size <= this.#max.bytes) return true
    const most = this.#most
    let next = this.next
    const last = Math.max(this.first + 1, this.keep.to)
    while (next > last && (next - this.first + rows + spare > most.lines || this.start(next) - this.blocks.begin + size > most.bytes)) next--
    this.#letGo(this.first, next)
    return next - this.first + rows + spare <= this.#max.lines && this.start(next) - this.blocks.begin + size <= this.#max.bytes
  }
}
