// The panes of the page: up to four logs beside each other.

import { MOST } from '../find/address.js'
import { Pane } from './pane.js'
import { panes as words } from '../common/words.js'

/** @typedef {import('./pane.js').Log} Log */

export class Panes {
  /** @type {Pane[]} */
  all = []
  #root
  /** What a pane looks like before it is one. */
  #blank
  #hooks

  /** @param {HTMLElement} root @param {import('./pane.js').Hooks} hooks */
  constructor(root, hooks) {
    this.#root = root
    this.#hooks = hooks
    this.#blank = /** @type {HTMLElement} */ (root.firstElementChild?.cloneNode(true))
    for (const element of this.#blank.querySelectorAll('[id]')) element.removeAttribute('id')
    for (const name of ['rail-button', 'back-to-list', 'palette-button', 'beside-button', 'keys', 'who', 'keys-button']) this.#blank.querySelector(`[data-part="${name}"]`)?.remove()
    this.#blank.querySelector('[data-part="track"]')?.removeAttribute('aria-controls')
  }

  /** The pane that has the focus, or had it last. */
  get current() {
    const root = document.activeElement?.closest('.pane')
    return this.all.find((pane) => pane.root === root) ?? this.#last ?? this.all[0]
  }

  /** @type {Pane | undefined} */
  #last

  /** The log that the page is of. @param {Log} log */
  first(log) {
    return this.#add(/** @type {HTMLElement} */ (this.#root.firstElementChild), log)
  }

  /** @param {Log} log @returns {Pane | undefined} undefined: there is no place for another */
  beside(log) {
    const there = this.all.find((pane) => pane.log.host === log.host && pane.log.id === log.id)
    if (there) {
      there.focus()
      return there
    }
    if (this.all.length >= MOST) return undefined
    const root = /** @type {HTMLElement} */ (this.#blank.cloneNode(true))
    root.setAttribute('aria-label', words.label(log.name, log.host))
    name(root, log)
    this.#root.append(root)
    const pane = this.#add(root, log)
    pane.part('close').hidden = false
    pane.part('close').addEventListener('click', () => this.remove(pane))
    return pane
  }

  /** @param {Pane} pane */
  remove(pane) {
    if (pane === this.all[0]) return
    pane.leave()
    pane.root.remove()
    this.all = this.all.filter((one) => one !== pane)
    this.#arrange()
    this.all[0].focus()
    this.#hooks.changed?.()
  }

  /** The focus goes to a pane by its number, from 1. @param {number} number */
  focus(number) {
    this.all[number - 1]?.focus()
    return number <= this.all.length && this.all.length > 1
  }

  // Private

  /** @param {HTMLElement} root @param {Log} log */
  #add(root, log) {
    const pane = new Pane(root, log, this.#hooks)
    root.addEventListener('focusin', () => (this.#last = pane))
    this.all.push(pane)
    this.#arrange()
    return pane
  }

  #arrange() {
    this.#root.dataset.panes = String(this.all.length)
  }
}

/** What the server writes into the page for the first log. @param {HTMLElement} root @param {Log} log */
function name(root, log) {
  const cut = log.name.lastIndexOf('/') + 1
  const heading = /** @type {HTMLElement} */ (root.querySelector('h1'))
  heading.title = `${log.host} / ${log.name}`
  const [where, what] = heading.children
  where.textContent = `${log.host} / ${log.name.slice(0, cut)}`
  what.textContent = log.name.slice(cut)
  root.querySelector('[data-part="log"]')?.setAttribute('aria-label', words.lines(log.name, log.host))
}
