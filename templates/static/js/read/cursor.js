// The line that the keys are at: it stays where it is, and what Enter opens is below it.

import { lineKey } from '../tail/frame.js'

/**
 * @typedef {object} Parts
 * @property {import('../window/buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {HTMLElement} scroller
 * @property {(row: number) => boolean} passes whether the keys go over a row
 */

export class Cursor {
  #parts
  /** @type {number | null} */
  #row = null
  /** The same line has another row once it was fetched again. */
  #line = ''
  /** @type {HTMLElement | null} */
  #element = null

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
  }

  /** The row, if it is on the screen, or about to be: between two frames that may have become smaller. */
  get row() {
    const { buffer, view } = this.#parts
    const row = this.#row
    return row !== null && row >= buffer.first && row < buffer.next && row === view.anchor.row ? row : null
  }

  /** @param {number | null} row */
  set row(row) {
    this.#row = this.#parts.view.at = row
    this.#line = row === null ? '' : lineKey(this.#parts.buffer.at(row))
    this.painted()
  }

  /** The keys are at a line that is still to be drawn. @param {{ file: string, offset: number } | null} place */
  expect(place) {
    this.#row = this.#parts.view.at = null
    this.#line = lineKey(place)
  }

  /** To the next line, or the one before; from nowhere, to the first or last that is seen. @param {1 | -1} step */
  move(step) {
    const { buffer, view, passes } = this.#parts
    const here = this.row
    let row = here ?? (step > 0 ? view.top.row - 1 + Number(view.top.px > 0) : view.last + 1)
    do row += step
    while (row >= buffer.first && row < buffer.next && passes(row))
    if (row < buffer.first || row >= buffer.next) row = here ?? -Infinity
    if (row === -Infinity) return
    this.row = row
    view.reveal(row)
  }

  /** A row was drawn. @param {number} row @param {HTMLElement} element */
  made(row, element) {
    if (!this.#line || element.classList.contains('rule') || lineKey(this.#parts.buffer.at(row)) !== this.#line) return
    this.#row = this.#parts.view.at = row
    this.#mark(element)
  }

  painted() {
    const row = this.row
    this.#mark(row === null ? null : this.#parts.view.element(row))
  }

  /** Of all links that are drawn, the Tab key goes to those of this line. @param {HTMLElement | null} element */
  #mark(element) {
    if (this.#element === element) return
    this.#element?.classList.remove('at')
    reach(this.#element, -1)
    this.#element = element
    element?.classList.add('at')
    reach(element, 0)
  }
}

/** @param {HTMLElement | null} element @param {-1 | 0} tabIndex of its links */
function reach(element, tabIndex) {
  for (const link of element?.querySelectorAll('a') ?? []) link.tabIndex = tabIndex
}
