// A second column: when each line was written, as another clock showed it, or how long ago that is. It is loaded when somebody
// wants it.

import { duration } from './amounts.js'
import { place } from './frame.js'
import { habit, remember } from './habits.js'
import { times as words } from './linewords.js'
import { stampOf } from './stamp.js'
import { decode } from './text.js'
import { clock, day, full, zoneName } from './time.js'
import { view } from './words.js'

/** @type {('off' | 'local' | 'utc' | 'ago')[]} */
const MODES = ['off', 'local', 'utc', 'ago']
const WITHIN = 2048
/** Zones differ by quarters of an hour. */
const QUARTER = 15 * 60_000

/** @typedef {import('./stamp.js').Stamp} Stamp */

export class Times {
  #pane
  #button
  #mode = MODES.find((mode) => mode === habit('times', 'off')) ?? 'off'
  /** What the clock that the log is written by is ahead of UTC; null: nobody knows. @type {number | null} */
  #ahead = null
  #asked = false

  /** @param {import('./pane.js').Pane} pane */
  constructor(pane) {
    this.#pane = pane
    this.#button = pane.part('zone')
    this.#say()
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
    const stamp = stampOf(decode(buffer.bytes(row, 0, WITHIN)), Date.now())
    if (stamp) this.#write(cell, row, stamp)
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

  /** @param {HTMLElement} cell @param {number} row @param {Stamp} stamp */
  #write(cell, row, { at, zoned }) {
    if (!zoned && this.#ahead === null) {
      this.#ask(row)
      cell.title = words.unknown(this.#pane.log.host)
      return show(cell, '?')
    }
    const ms = zoned ? at : at - (this.#ahead ?? 0)
    const date = new Date(ms)
    cell.dataset.at = String(ms)
    cell.title = full(date)
    show(cell, this.#mode === 'ago' ? ago(ms) : this.#mode === 'utc' ? date.toISOString().slice(5, 19).replace('T', ' ') : `${day(date).slice(5)} ${clock(date)}`)
  }

  /** The worker knows the zone: what it makes of a line tells. @param {number} row */
  #ask(row) {
    const { buffer, extent, tail, view } = this.#pane
    const at = buffer.at(row)
    if (this.#asked || !at) return
    this.#asked = true
    tail.questions.ask({ ask: 'place', behind: extent.edge - at.place }, {
      frame: ({ marker, position, time }) => {
        const found = marker?.kind === 'found' && time ? place(position) : null
        const there = found && buffer.find(found.file, found.offset)
        const stamp = typeof there === 'number' && buffer.at(there)?.offset === found?.offset ? stampOf(decode(buffer.bytes(there, 0, WITHIN)), time) : null
        if (!stamp || stamp.zoned) return
        this.#ahead = Math.round((stamp.at - time) / QUARTER) * QUARTER
        this.#say()
        view.redraw()
      },
    })
  }

  #say() {
    const now = new Date()
    const zone = zoneName(now)
    const host = this.#ahead === null ? '' : words.host(this.#pane.log.host, this.#ahead)
    this.#button.textContent = this.#mode === 'off' ? view.zone(zone) : words.column(this.#mode, zone, host)
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
