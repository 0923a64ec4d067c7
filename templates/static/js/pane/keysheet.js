// The overview of keys, and the switch for those that are characters.

import { characterKeys, onHabit, remember } from '../common/habits.js'

export class KeySheet {
  #root
  #box

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root
    this.#box = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#box.addEventListener('change', () => remember('keys', this.#box.checked))
    onHabit('keys', () => this.#draw())
    this.#draw()
  }

  toggle() {
    this.#root.togglePopover()
  }

  #draw() {
    this.#box.checked = characterKeys()
  }
}
