// A second column: when each line was written, as another clock showed it, or how long ago that is. It is loaded when somebody
// wants it.

import { duration } from '../common/amounts.js'
import { habit, remember } from '../common/habits.js'
import { reader } from '../line/layout.js'
import { times as words } from '../line/linewords.js'
import { stampOf } from '../line/stamp.js'
import { decode } from '../line/text.js'
import { clock, day, full, zoneName } from '../common/time.js'
import { clockOf } from '../common/zone.js'
import { view } from '../common/words.js'

/** @type {('off' | 'local' | 'utc' | 'ago')[]} */
const MODES = ['off', 'local', 'utc', 'ago']
const WITHIN = 2048

/** @typedef {import('../line/stamp.js').Stamp} Stamp */

export class Times {
  #pane
  /** @type {'off' | 'local' | 'utc' | 'ago'} */
  #mode = MODES.find((mode) => mode === habit('times', 'off')) ?? 'off'
  /** That the log is written by; null: nobody knows its zone. @type {import('../common/zone.js').Clock | null} */
  #clock = null
  #stamp = stampOf
  #known = ' '

  /** @param {import('../pane/pane.js').Pane} pane */
  constructor(pane) {
    this.#pane = pane
    this.know()
  }

  /** What the API says of the log may be another now. */
  know() {
    const { zone, layout } = this.#pane.written
    const known = zone + layout
    if (known === this.#known) return
    this.#known = known
    this.#clock = zone ? clockOf(zone) : null
    this.#stamp = layout ? reader(layout) : stampOf
    this.#say()
    this.#pane.view.redraw()
  }

  get mode() {
    return this.#mode
  }

  /** The next kind of time. */
  next() {
    this.#mode = MODES[(MODES.indexOf(this.#mode) + 1) % MODES.length]
    remember('times', this.#mode)
    this.#say()
    this.#pane.view.redraw()
  }

  /** A row was drawn. @param {number} row @param {HTMLElement} element */
  made(row, element) {
    const { buffer } = this.#pane
    if (this.#mode === 'off' || buffer.marker(row)) return
    const cell = document.createElement('span')
    cell.className = `time beside ${this.#mode}`
    const stamp = this.#stamp(decode(buffer.bytes(row, 0, WITHIN)), buffer.about(row))
    if (stamp) this.#write(cell, stamp)
    element.prepend(cell)
  }

  /** How long ago something was changes by itself. */
  eachSecond() {
    if (this.#mode !== 'ago') return
    for (const cell of this.#pane.scroller.querySelectorAll('.time')) {
      const { at } = /** @type {HTMLElement} */ (cell).dataset
      if (at) show(/** @type {HTMLElement} */ (cell), ago(Number(at)))
    }
  }

  // Private

  /** @param {HTMLElement} cell @param {Stamp} stamp */
  #write(cell, { at, zoned }) {
    if (!zoned && !this.#clock) {
      cell.title = words.unknown(this.#pane.log.host)
      return show(cell, '?')
    }
    const ms = zoned || !this.#clock ? at : this.#clock.at(at)
    const date = new Date(ms)
    cell.dataset.at = String(ms)
    cell.title = full(date)
    show(cell, this.#mode === 'ago' ? ago(ms) : this.#mode === 'utc' ? date.toISOString().slice(5, 19).replace('T', ' ') : `${day(date).slice(5)} ${clock(date)}`)
  }

  #say() {
    const pane = this.#pane
    const { log, written } = pane
    const zone = zoneName(new Date())
    const column = words.column(this.#mode, zone, written.zone && words.host(log.host, written.zone))
    pane.part('zone').textContent = this.#mode === 'off' ? view.zone(zone) : column
    const inMenu = /** @type {HTMLElement} */ (pane.part('times').firstElementChild)
    inMenu.textContent = column
    pane.finding?.know()
  }
}

/** Not the line's own text: it is not selected, copied or searched with it. @param {HTMLElement} cell @param {string} text */
function show(cell, text) {
  if (cell.dataset.time !== text) cell.dataset.time = text
}

/** @param {number} at */
function ago(at) {
  const ms = Date.now() - at
  return ms < 0 ? words.ahead(duration(-ms)) : words.ago(duration(ms))
}
