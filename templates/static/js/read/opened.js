// Lines that are open: their fields stand below them. It is loaded when the first one is opened.

import { fieldsOf } from '../line/fields.js'
import { fieldTable, moveIn } from './fieldtable.js'
import { lineKey } from '../tail/frame.js'
import { decode } from '../line/text.js'
import { fields as words } from '../line/linewords.js'

/** A longer line is not taken apart. */
const LONGEST = 256 * 1024

/**
 * @typedef {object} Parts
 * @property {import('../window/buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {import('./fieldtable.js').Act[]} acts
 */

export class Opened {
  #parts
  /** Lines by their places: one that is fetched again is open still. @type {Set<string>} */
  #lines = new Set()

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
  }

  /** A row was drawn: it is dressed as it is to be. @param {number} row @param {HTMLElement} element */
  made(row, element) {
    if (this.#lines.size > 0 && this.#lines.has(this.#key(row))) this.#open(row, element)
  }

  /** @param {number} row @param {boolean} focus whether the keys go on in the table */
  toggle(row, focus) {
    const element = this.#parts.view.element(row)
    if (!element) return
    if (this.#lines.has(this.#key(row))) return this.close(row)
    this.#lines.add(this.#key(row))
    this.#open(row, element)
    this.#parts.view.reveal(row)
    if (focus) /** @type {HTMLElement | null} */ (element.querySelector('.below button'))?.focus({ preventScroll: true })
  }

  /** @param {number} row @returns {boolean} whether it was open */
  close(row) {
    const { view } = this.#parts
    if (!this.#lines.delete(this.#key(row))) return false
    const element = view.element(row)
    element?.querySelector('.below')?.remove()
    element?.classList.remove('open')
    expanded(element, false)
    view.goOn()
    return true
  }

  /** @param {Element} target @param {string} key @returns {boolean} whether the key was for a table */
  key(target, key) {
    const below = target.closest('.below')
    return below instanceof HTMLElement && moveIn(below, target, key)
  }

  // Private

  /** @param {number} row */
  #key(row) {
    const { buffer } = this.#parts
    return lineKey(buffer.marker(row) ? null : buffer.at(row))
  }

  /** @param {number} row @param {HTMLElement} element */
  #open(row, element) {
    const { buffer, acts } = this.#parts
    const below = document.createElement('div')
    below.className = 'below'
    below.role = 'group'
    below.ariaLabel = words.label
    const size = buffer.size(row)
    const fields = size <= LONGEST ? fieldsOf(decode(buffer.bytes(row))) : []
    if (fields.length > 0) below.append(fieldTable(fields, acts))
    else below.textContent = size <= LONGEST ? words.none : words.tooLong(size)
    element.append(below)
    element.classList.add('open')
    expanded(element, true)
  }
}

/** @param {HTMLElement | null} element @param {boolean} on */
function expanded(element, on) {
  const chevron = element?.querySelector('.chevron')
  if (chevron) chevron.ariaExpanded = String(on)
}
