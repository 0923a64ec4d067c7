// Chosen fields as columns: what lines have in them stands below each other, before the line itself.

import { fieldsOf } from '../line/fields.js'
import { columns as words } from '../line/linewords.js'
import { appendText, decode, visible } from '../line/text.js'

const MOST = 8
/** Characters that a column is wide at least and at most; what is longer is cut, and whole in the line. */
const LEAST = 4
const WIDEST = 40
const GAP = 2
/** So long it is said that there is no room for one more, in ms. */
const SAID = 5000
/** So many characters are shown on each side of a hit that is out of sight, and so many on hover. */
const AROUND = 24
const HOVER = 200
/** A longer line is not taken apart for each time that it is drawn. */
const LONGEST = 64 * 1024

export class Columns {
  /** @type {string[]} */
  #names = []
  /** They only grow: rows do not jump to and fro as others come. @type {number[]} */
  #widths = []
  /** Whether the rest of a line stands beside them. */
  #only = false
  #pane
  #heads
  #changed

  /** @param {import('../pane/pane.js').Pane} pane @param {() => void} changed lines look different now */
  constructor(pane, changed) {
    this.#pane = pane
    this.#heads = pane.part('columns')
    this.#changed = changed
    pane.scroller.addEventListener('scroll', () => this.#names.length > 0 && this.#follow(), { passive: true })
  }

  get names() {
    return this.#names
  }

  /** @param {string[]} names */
  set names(names) {
    this.#names = [...new Set(names)].filter(Boolean).slice(0, MOST)
    this.#widths = this.#names.map((name) => Math.min(WIDEST, Math.max(LEAST, name.length)))
    this.#heads.replaceChildren(...this.#names.map((name, i) => this.#head(name, i)))
    this.#widths.forEach((_, i) => this.#widen(i))
    this.#follow()
    this.#changed()
  }

  /** Whether the rest of a line is hidden: where it has none of them, it stands there still. */
  get only() {
    return this.#only
  }

  set only(on) {
    this.#only = on
    this.#pane.part('only').ariaPressed = String(on)
    this.#changed()
  }

  /** @param {string} name */
  toggle(name) {
    if (this.#names.includes(name)) this.names = this.#names.filter((one) => one !== name)
    else if (this.#names.length < MOST) this.names = [...this.#names, name]
    else this.#pane.say(words.full(MOST), SAID)
  }

  /** A row was drawn. @param {number} row @param {HTMLElement} element */
  made(row, element) {
    const { buffer } = this.#pane
    if (this.#names.length === 0 || buffer.marker(row) || !element.querySelector('.chevron') || buffer.size(row) > LONGEST) return
    const fields = new Map(fieldsOf(decode(buffer.bytes(row))).map(({ name, value }) => [name, value]))
    if (!this.#names.some((name) => fields.has(name))) return
    element.classList.add('columned')
    if (this.#only) element.append(raw(element))
    element.prepend(...this.#names.map((name, i) => this.#cell(fields.get(name) ?? '', i)))
  }

  /** What is searched for may be in what is hidden of a line: that is shown, with what is around it. @param {RegExp | null} pattern */
  find(pattern) {
    if (!this.#only) return
    for (const raw of this.#pane.scroller.querySelectorAll('.row > .raw')) {
      const before = raw.previousElementSibling
      const shown = before?.classList.contains('found') ? before : null
      const rest = pattern && !this.#shows(raw, pattern) ? around(raw.textContent ?? '', pattern) : null
      if ((rest?.textContent ?? '') === (shown?.textContent ?? '')) continue
      shown?.remove()
      if (rest) raw.before(rest)
    }
  }

  // Private

  /** Whether it is in what is seen of the cells. @param {Element} raw @param {RegExp} pattern */
  #shows(raw, pattern) {
    const cells = [...(raw.parentElement?.querySelectorAll(':scope > .cell') ?? [])]
    return cells.some((cell, i) => cell.textContent?.slice(0, this.#widths[i]).search(pattern) !== -1)
  }

  /** @param {string} value @param {number} i */
  #cell(value, i) {
    if (value.length > this.#widths[i] && this.#widths[i] < WIDEST) {
      this.#widths[i] = Math.min(WIDEST, value.length)
      this.#widen(i)
    }
    const cell = document.createElement('span')
    cell.className = 'cell beside'
    cell.style.width = `var(--column-${i})`
    appendText(cell, value.slice(0, 4 * WIDEST))
    if (value.length > WIDEST) cell.title = visible(value.slice(0, 20 * WIDEST))
    return cell
  }

  /** @param {string} name @param {number} i */
  #head(name, i) {
    const head = document.createElement('button')
    head.type = 'button'
    head.className = 'cell'
    head.style.width = `var(--column-${i})`
    head.title = words.drop
    appendText(head, name)
    head.addEventListener('click', () => {
      this.toggle(name)
      this.#pane.focus() // the head that had it is gone
    })
    return head
  }

  /** @param {number} i */
  #widen(i) {
    this.#pane.root.style.setProperty(`--column-${i}`, `${this.#widths[i] + GAP}ch`)
  }

  /** The heads stay above their columns. */
  #follow() {
    this.#heads.style.transform = `translateX(${-this.#pane.scroller.scrollLeft}px)`
  }
}

/** @param {string} text @param {RegExp} pattern @returns {HTMLElement | null} null: it has none */
function around(text, pattern) {
  const [hit] = text.matchAll(pattern)
  if (!hit?.[0]) return null
  /** @param {number} n */
  const piece = (n) => {
    const [from, to] = [Math.max(0, hit.index - n), Math.min(text.length, hit.index + hit[0].length + n)]
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
  }
  const element = document.createElement('span')
  element.className = 'found beside'
  element.textContent = piece(AROUND)
  element.title = words.found(piece(HOVER))
  return element
}

/** What a row has beside its buttons, out of sight: it is still the line that is copied. @param {HTMLElement} element */
function raw(element) {
  const raw = document.createElement('span')
  raw.className = 'raw'
  raw.append(...[...element.childNodes].filter((node) => !(node instanceof HTMLButtonElement)))
  return raw
}
