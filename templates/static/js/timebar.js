// Going to a time.

import { Later } from './later.js'
import { full } from './time.js'
import { tail, time as words } from './words.js'

export class Timebar {
  #root
  #journey
  #back
  #zone
  #input
  #said
  #when = new Later(() => import('./when.js').then(({ when }) => when), () => (this.#said.textContent = tail.notFetched))

  /**
   * @param {HTMLElement} root @param {import('./journey.js').Journey} journey
   * @param {() => void} back the focus goes back to the log @param {() => string} zone says what times are meant
   */
  constructor(root, journey, back, zone) {
    this.#root = root
    this.#journey = journey
    this.#back = back
    this.#zone = zone
    this.#input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#said = /** @type {HTMLElement} */ (root.querySelector('output'))
    root.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#when.ask((when) => this.#go(when(this.#input.value)))
    })
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      this.close()
    })
    root.querySelector('[type=button]')?.addEventListener('click', () => this.close())
  }

  show() {
    this.#root.hidden = false
    this.#said.textContent = this.#zone()
    this.#input.focus()
    this.#input.select()
  }

  close() {
    this.#root.hidden = true
    this.#back()
  }

  /** @param {Date | null} date */
  #go(date) {
    this.#input.ariaInvalid = String(!date)
    if (!date) {
      this.#said.textContent = words.unknown
      return
    }
    this.#said.textContent = words.looking
    this.#journey.toTime(date.getTime(), ({ kind, sure = '', why = '' }) => (this.#said.textContent = kind === 'found' ? words.found(full(date), sure, why) : words.failed(why)))
  }
}
