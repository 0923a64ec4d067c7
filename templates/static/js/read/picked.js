// The lines that are picked, by the gutter, by keys or by a link. They are places in the log: what happens to their rows is nothing to them.

import { number, selectedRange } from '../line/clean.js'
import { place, token } from '../tail/frame.js'

/** Lines of a link are looked for among the rows so often, in ms. */
const AGAIN = 1000

/** @typedef {import('./linked.js').Lines} Lines */
/** @typedef {{ token: string, file: string, offset: number, place: number }} At */

export class Picked {
  /** The position behind the last of them; '': not known. */
  until = ''
  /** How many there are; 0: not known. */
  count = 0

  #pane
  #changed
  /** Where picking began, and has come to. @type {{ from: At, to: At } | null} */
  #ends = null
  /** A button is held down in the gutter since, at this row. @type {number | null} */
  #pressed = null
  #dragged = false
  /** By a finger, which has no Shift. */
  #touched = false
  /** Whether a button is held down anywhere in the lines. */
  #held = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #sought
  /** What the mouse has selected: rows of text may be taken from under it. @type {{ element: Element, from: At, to: At } | null} */
  #selected = null

  /** @param {import('../pane/pane.js').Pane} pane @param {() => void} changed */
  constructor(pane, changed) {
    this.#pane = pane
    this.#changed = changed
    const { scroller } = pane
    scroller.addEventListener('pointerdown', (event) => this.#down(event))
    scroller.addEventListener('mousedown', (event) => gutterRow(event) && event.preventDefault())
    scroller.addEventListener('pointermove', (event) => this.#move(event))
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => this.#up())
    scroller.addEventListener('click', (event) => this.#click(event), true)
    document.addEventListener('selectionchange', () => (this.#selected = this.#selection()))
  }

  /** @returns {Lines | null} */
  get lines() {
    return this.#pane.linked
  }

  /** Whether they are what a copy is of: they are picked, and nothing is selected. */
  get marked() {
    return this.lines !== null && !selectedRange(this.#pane.scroller)
  }

  /** Their rows, if all of them are here. @returns {{ from: number, to: number } | null} */
  get rows() {
    const { buffer } = this.#pane
    const [from, to] = [this.#row(this.lines?.from), this.#row(this.lines?.to)]
    if (from === null || to === null || to < from) return null
    return { from: from === buffer.first ? from : this.#behindMarkers(from), to }
  }

  /** @param {number} from @param {number} [to] rows, in any order */
  pick(from, to = from) {
    const { buffer } = this.#pane
    const [first, last] = [buffer.at(Math.min(from, to)), buffer.at(Math.max(from, to))]
    if (first && last) this.#set(first, last)
  }

  /** All lines that are here. */
  all() {
    const { buffer } = this.#pane
    let last = buffer.next - 1
    while (last > buffer.first && buffer.marker(last)) last--
    this.#pane.view.release()
    this.pick(buffer.first, last)
  }

  /** The line that the keys are at, if nothing is picked. */
  cursor() {
    const { row } = this.#pane.reading.cursor
    if (!this.lines && row !== null) this.pick(row)
  }

  /** To the next line, or the one before. @param {1 | -1} step */
  extend(step) {
    const { buffer, reading, view } = this.#pane
    const { cursor } = reading
    let row = this.#row(this.#ends?.to.token)
    if (row === null) {
      if (cursor.row === null) cursor.move(step)
      row = cursor.row ?? buffer.next
    } else {
      do row += step
      while (buffer.marker(row))
      if (row < buffer.first || row >= buffer.next) return
      cursor.row = row
      view.reveal(row)
    }
    const at = buffer.at(row)
    if (at) this.#set(this.#ends?.from ?? at, at)
  }

  clear() {
    this.#pane.linked = this.#ends = null
    for (const row of this.#pane.scroller.querySelectorAll('.linked')) row.classList.remove('linked')
    this.#changed()
  }

  /** The lines that the mouse has selected, once it is let go of. @returns {Lines | null} */
  get over() {
    return this.#selected && !this.#held ? { from: this.#selected.from.token, to: this.#selected.to.token } : null
  }

  painted() {
    if (this.lines && this.count === 0) this.#seek()
    if (!this.#selected || this.#selected.element.isConnected) return
    const { from, to } = this.#selected
    this.#selected = null
    this.#set(from, to)
  }

  // Private

  /** @param {At} from @param {At} to */
  #set(from, to) {
    const [first, last] = from.place <= to.place ? [from, to] : [to, from]
    this.#ends = { from, to }
    this.count = 0
    this.until = ''
    this.#pane.linked = { from: first.token, to: last.token }
    this.#know()
    this.#changed()
  }

  /** The rows of a link come after it. */
  #seek() {
    if (this.#sought) return
    this.#know()
    if (this.count > 0) return this.#changed()
    this.#sought = setTimeout(() => {
      this.#sought = undefined
      this.#pane.view.changed()
    }, AGAIN)
  }

  /** How many there are, if they are here. */
  #know() {
    const { buffer } = this.#pane
    const { rows } = this
    if (!rows) return
    const { from, to } = rows
    const last = buffer.at(to)
    for (let row = from; row <= to; row++) if (!buffer.marker(row) && !buffer.continues(row)) this.count++
    if (last) this.until = token(last.file, last.offset + buffer.start(to + 1) - buffer.start(to))
  }

  /** The row of a line, if it is here. @param {string | undefined} of */
  #row(of) {
    const at = of ? place(of) : null
    const row = at && this.#pane.buffer.find(at.file, at.offset)
    return at && typeof row === 'number' && this.#pane.buffer.at(row)?.offset === at.offset ? row : null
  }

  /** @param {number} row */
  #behindMarkers(row) {
    while (this.#pane.buffer.marker(row)) row++
    return row
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const row = gutterRow(event)
    this.#dragged = false
    this.#held = true
    this.#touched = event.pointerType === 'touch'
    this.#pressed = row && event.button === 0 && event.pointerType !== 'touch' && !event.shiftKey ? number(row) : null
  }

  #up() {
    if (!this.#held) return
    this.#pressed = null
    this.#held = false
    this.#pane.view.changed()
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.#pressed === null || !(event.buttons & 1)) return
    const row = event.target instanceof Element && event.target.closest('.row:not(.rule)')
    if (!row || (number(row) === this.#pressed && !this.#dragged)) return
    this.#dragged = true
    this.pick(this.#pressed, number(row))
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = gutterRow(event)
    if (!row) return
    const opens = event.target instanceof Element && event.target.closest('.chevron') && !event.shiftKey
    if (opens && !this.#dragged) return
    event.preventDefault()
    event.stopPropagation()
    if (this.#dragged) return
    const at = this.#pane.buffer.at(number(row))
    if (!at) return
    const only = this.lines?.from === at.token && this.lines.to === at.token
    const { rows } = this
    const start = rows?.from ?? (event.shiftKey ? this.#pane.reading.cursor.row : null)
    const begun = this.#ends?.from ?? (start === null ? null : this.#pane.buffer.at(start))
    if (only) this.clear()
    else if ((event.shiftKey || this.#touched) && begun) this.#set(begun, at)
    else this.#set(at, at)
    this.#pane.focus()
  }

  /** Lines that the mouse has selected, if they are several. */
  #selection() {
    const { scroller, buffer } = this.#pane
    const range = selectedRange(scroller)
    const [first, last] = [range?.startContainer, range?.endContainer].map((node) => (node instanceof Element ? node : node?.parentElement)?.closest('.row'))
    if (!first || !last || first === last) return null
    const [from, to] = [buffer.at(number(first)), buffer.at(number(last))]
    return from && to ? { element: first, from, to } : null
  }
}

/** The row in whose gutter something happens. @param {MouseEvent} event */
function gutterRow({ target, clientX }) {
  const row = target instanceof Element ? target.closest('.row:not(.rule)') : null
  if (!row || (target !== row && !(target instanceof Element && target.matches('.chevron')))) return null
  return clientX - row.getBoundingClientRect().left < parseFloat(getComputedStyle(row).paddingLeft) ? row : null
}
