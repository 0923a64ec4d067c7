// An administrator stops the log for everybody, with a reason, and lets it go on. It comes with the page: who is in a hurry waits for no script.

import { ask } from '../common/ask.js'
import { letGoAPI, stopAPI } from '../common/base.js'
import { stopping as words } from '../common/words.js'

export class Stopping {
  #root
  #pane
  #input
  #letGo
  #said

  /** @param {HTMLElement} root @param {import('./pane.js').Pane} pane */
  constructor(root, pane) {
    this.#root = root
    this.#pane = pane
    this.#input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#letGo = /** @type {HTMLButtonElement} */ (root.querySelector('[data-stopping="letgo"]'))
    this.#said = /** @type {HTMLElement} */ (root.querySelector('output'))
    pane.part('stopping-button').addEventListener('click', () => this.#show())
    root.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#tell(stopAPI(pane.log), { reason: this.#input.value })
    })
    this.#letGo.addEventListener('click', () => this.#tell(letGoAPI(pane.log), {}))
    root.querySelector('[data-stopping="close"]')?.addEventListener('click', () => this.#close())
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      this.#close()
    })
  }

  /** Whether it is stopped now. */
  know() {
    this.#letGo.hidden = this.#pane.tail.state.kind !== 'held'
  }

  // Private

  #show() {
    this.#root.hidden = false
    this.know()
    if (this.#letGo.hidden) this.#input.focus()
    else this.#letGo.focus()
  }

  /** @param {string} url @param {Record<string, string>} form */
  async #tell(url, form) {
    this.#said.textContent = words.asking
    const { body, words: why } = await ask(url, undefined, form)
    this.#said.textContent = body ? '' : why || words.unheard
    if (!body) return
    this.#pane.tail.nudge() // it need not wait until it looks again
    this.#close()
  }

  #close() {
    this.#root.hidden = true
    this.#said.textContent = ''
    this.#pane.focus()
  }
}
