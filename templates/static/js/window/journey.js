// Going to a place of the history: the beginning, the end, a fraction of the way, a time.

import { read } from './asking.js'
import { Ahead } from './ahead.js'

/** The line that one goes to stands so far down the screen, as a fraction, so that what led to it is seen too. */
const THIRD = 1 / 3
/** The thumb moves faster than answers come, and than the server listens: it leads to another place no more often than this, in ms. */
const PACE = 120
/** So many lines fill a screen, however tall; what is around them comes when somebody stays. */
const SCREEN = 250
/** What is asked for ahead is of no use after so long, in ms: the log has grown. */
const FRESH = 5000

/**
 * @typedef {object} Parts
 * @property {import('../tail/tail.js').Tail} tail
 * @property {import('./reader.js').Reader} reader
 * @property {import('./buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {import('./extent.js').Extent} extent
 * @property {HTMLElement} scroller
 */

export class Journey {
  #parts
  /** Whether the thumb leads somewhere, and since when. */
  #leads = false
  #led = -Infinity
  /** Where to after that. @type {(() => void) | null} */
  #next = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** What may be gone to next. @type {{ fraction: number, question: Ahead } | null} */
  #ahead = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #stale

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
  }

  /** How far down the screen the line stands that one goes to, in px. */
  get third() {
    return Math.round(this.#parts.scroller.clientHeight * THIRD)
  }

  /** The first byte there is. */
  toBegin() {
    const { reader, view, buffer } = this.#parts
    this.#drop()
    if (!view.more.above && buffer.next > buffer.first) view.toRow(buffer.first)
    else reader.seek('')
  }

  /** @param {number} fraction @param {(time: number, row?: number) => void} shown when the line is there, with its time, Unix ms, or its row; 0: not known */
  toFraction(fraction, shown) {
    const { extent, view, reader } = this.#parts
    if (fraction <= 0) return this.toBegin()
    if (fraction >= 1) {
      this.#drop()
      return reader.toLive()
    }
    const row = this.#rowAt(fraction)
    if (row !== null) {
      this.#drop()
      view.toRow(row)
      return shown(0, row)
    }
    this.#next = () => reader.go(this.#place(fraction), 0, (frame) => {
      this.#leads = false
      if (!frame) return (this.#next = null)
      shown(frame.time)
      this.#lead()
    }, this.#taken(fraction))
    this.#lead()
  }

  /**
   * Somebody is likely to go there: its lines are asked for before, unless a filter has much read for few. Going there takes them.
   * @param {number | null} fraction null: nowhere
   */
  expect(fraction) {
    const { extent, reader, tail } = this.#parts
    this.#ahead?.question.drop()
    this.#ahead = null
    clearTimeout(this.#stale)
    if (fraction === null || fraction <= 0 || fraction >= 1 || reader.filter || this.#rowAt(fraction) !== null) return
    this.#ahead = { fraction, question: new Ahead(tail.questions, read(undefined, this.#place(fraction))) }
    this.#stale = setTimeout(() => this.expect(null), FRESH)
  }

  /** @param {number} at Unix ms @param {(found: import('../tail/frame.js').Marker | null, place: { file: string, offset: number } | null) => unknown} shown null: it is not gone to any more */
  toTime(at, shown) {
    this.#drop()
    this.#parts.reader.go({ ask: 'time', at }, this.third, (_, marker, place) => shown(marker, place))
  }

  // Private

  /** The row at a fraction of the way, if it is here. @param {number} fraction @returns {number | null} */
  #rowAt(fraction) {
    const { extent, buffer } = this.#parts
    const place = extent.begin + fraction * extent.size
    const [first, last] = [buffer.at(buffer.first), buffer.at(buffer.next - 1)]
    return first && last && place >= first.place && place <= last.place ? buffer.rowAt(place) : null
  }

  /** @param {number} fraction @returns {import('./aim.js').Where} */
  #place(fraction) {
    return { ask: 'place', behind: this.#parts.extent.behind(fraction), lines: SCREEN }
  }

  /** What was asked for ahead, if it is that. @param {number} fraction */
  #taken(fraction) {
    const ahead = this.#ahead
    if (ahead?.fraction !== fraction || this.#parts.reader.filter) return undefined
    this.#ahead = null
    return ahead.question
  }

  /** One place at a time; the last of those that the thumb was at meanwhile is next. */
  #lead() {
    clearTimeout(this.#timer)
    if (this.#leads || !this.#next) return
    const wait = this.#led + PACE - performance.now()
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#lead(), wait)
      return
    }
    const go = this.#next
    this.#next = null
    this.#leads = true
    this.#led = performance.now()
    go()
  }

  /** Whoever is there already is not led away by a late answer. */
  #drop() {
    clearTimeout(this.#timer)
    this.#next = null
    this.#parts.reader.stay()
  }
}
