// What one does with a line, connected: the keys go to it, and its fields open below it.

import { Cursor } from './cursor.js'
import { Opened } from './opened.js'
import { makeRow } from './row.js'
import { fields as words } from './words.js'

export class Reading {
  #pane
  /** What had the focus in the log: its row may go. @type {Element | null} */
  #focused = null

  /** @param {import('./pane.js').Pane} pane */
  constructor(pane) {
    this.#pane = pane
    const { buffer, view, scroller } = pane
    this.cursor = new Cursor({ buffer, view, scroller, passes: (row) => buffer.marker(row) !== undefined })
    this.opened = new Opened({ buffer, view, acts: [this.#filters('=', false), this.#filters('≠', true)] })
    scroller.addEventListener('click', ({ target }) => target instanceof HTMLElement && target.matches('.chevron') && this.#toggle(rowOf(target)))
    scroller.addEventListener('focusin', ({ target }) => (this.#focused = target instanceof Element ? target : null))
  }

  /** @param {number} row */
  make(row) {
    const element = makeRow(this.#pane.buffer, row)
    this.opened.made(row, element)
    this.cursor.made(row, element)
    return element
  }

  /** After the rows were drawn. */
  painted() {
    this.cursor.painted()
    if (this.#focused && !this.#focused.isConnected) {
      this.#focused = null
      if (document.activeElement === document.body) this.#pane.focus()
    }
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  key(event) {
    const { key, target } = event
    if (event.ctrlKey || event.altKey || event.metaKey || !(target instanceof Element)) return false
    if (this.opened.key(target, key)) return true
    if (key === 'j' || key === 'k') this.#move(key === 'j' ? 1 : -1)
    else if (key === 'Enter' && target === this.#pane.scroller && this.cursor.row !== null) this.opened.toggle(this.cursor.row, true)
    else if (key === 'Escape') return this.#back(target)
    else return false
    return true
  }

  // Private

  /** @param {1 | -1} step */
  #move(step) {
    const { scroller } = this.#pane
    if (document.activeElement !== scroller) this.#pane.focus()
    this.cursor.move(step)
  }

  /** By the mouse: the keys are at the line too. @param {number} row */
  #toggle(row) {
    this.cursor.row = row
    this.opened.toggle(row, false)
  }

  /** From the table to the line, and from the line to the log. @param {Element} target @returns {boolean} whether there was something to leave */
  #back(target) {
    const { view, scroller } = this.#pane
    const row = scroller.contains(target) && target !== scroller ? rowOf(target) : this.cursor.row
    if (row === null) return false
    if (target !== scroller) this.#pane.focus()
    if (this.opened.close(row)) return true
    this.cursor.row = null
    view.goOn()
    return true
  }

  /** @param {string} sign @param {boolean} not @returns {import('./fieldtable.js').Act} */
  #filters(sign, not) {
    return {
      sign,
      label: ({ name, value }) => words.act(name, value, not),
      on: ({ name, value }) => this.#pane.finding.filter.choice.fields.some((one) => one.name === name && one.value === value && one.not === not),
      act: ({ name, value }) => this.#pane.finding.filter.field({ name, value, not }),
    }
  }
}

/** @param {Element} element */
function rowOf(element) {
  return Number(/** @type {HTMLElement} */ (element.closest('.row')).dataset.n)
}
