// One long line, whole, a part at a time, below the log. It is loaded when it is first asked for.

import { appendText, cut, decode } from '../line/text.js'
import { view as words } from '../common/words.js'

/** So much is laid out at once. */
const PART = 64 * 1024

export class Whole {
  #pane
  /** @type {Element | null} */
  #before = null

  /** @param {HTMLElement} pane */
  constructor(pane) {
    this.#pane = pane
    pane.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close()
    })
  }

  /** @param {Uint8Array} bytes a copy: the buffer may let go of the line meanwhile */
  show(bytes) {
    this.#before = document.activeElement
    this.#part(bytes, 0)
    this.#pane.hidden = false
    this.#focus(words.close)
  }

  close() {
    this.#pane.hidden = true
    this.#pane.replaceChildren()
    if (this.#before instanceof HTMLElement) this.#before.focus()
  }

  /** @param {Uint8Array} bytes @param {number} from */
  #part(bytes, from) {
    const part = cut(bytes.subarray(from, from + PART + 1), PART)
    const to = from + part.length
    const bar = document.createElement('div')
    bar.className = 'part'
    const where = document.createElement('span')
    where.textContent = words.part(from, to, bytes.length)
    bar.append(this.#button(words.close, () => this.close()), where)
    if (from > 0) bar.append(this.#button(words.before, () => this.#part(bytes, before(bytes, from))))
    if (to < bytes.length) bar.append(this.#button(words.after, () => this.#part(bytes, to)))
    const text = document.createElement('div')
    text.className = 'text'
    text.tabIndex = 0
    appendText(text, decode(part))
    this.#pane.replaceChildren(bar, text)
  }

  /** Parts replace the buttons too: the focus stays on the one of the same name, if there still is one. @param {string} name */
  #focus(name) {
    const buttons = [...this.#pane.querySelectorAll('button')]
    const button = buttons.find(({ textContent }) => textContent === name) ?? buttons[0]
    button?.focus()
  }

  /** @param {string} text @param {() => void} act */
  #button(text, act) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = text
    button.addEventListener('click', () => {
      act()
      this.#focus(text)
    })
    return button
  }
}

/** Where the part before begins, again between two characters. @param {Uint8Array} bytes @param {number} from */
function before(bytes, from) {
  let at = Math.max(0, from - PART)
  while (at > 0 && (bytes[at] & 0xc0) === 0x80) at--
  return at
}
