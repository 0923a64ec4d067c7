// Going to a time.

import { Later } from '../common/later.js'
import { tail, time as words } from '../common/words.js'

export class Timebar {
  #root
  #pane
  #input
  #said
  /** How often it was asked: what is gone to instead may be another time. */
  #asked = 0
  #meant = new Later(() => import('./meant.js').then(({ meant }) => meant), () => (this.#said.textContent = tail.notFetched))

  /** @param {HTMLElement} root @param {import('../pane/pane.js').Pane} pane */
  constructor(root, pane) {
    this.#root = root
    this.#pane = pane
    this.#input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#said = /** @type {HTMLElement} */ (root.querySelector('output'))
    root.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#meant.ask((meant) => this.#go(meant(this.#pane)))
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
    this.know()
    this.#input.focus()
    this.#input.select()
  }

  /** Says whose clock is meant, which follows the times on the screen. */
  know() {
    if (!this.#root.hidden) this.#meant.ask((meant) => (this.#said.textContent = meant(this.#pane).words))
  }

  /** A time, Unix ms, or that of a row, by the clock of those on the screen; '': not known. @param {number} at @param {number | undefined} row @param {(text: string) => void} then */
  tell(at, row, then) {
    this.#meant.ask((meant) => {
      const { tell, of } = meant(this.#pane)
      const time = at || (row === undefined ? 0 : of(row))
      then(time ? tell(time) : '')
    })
  }

  close() {
    this.#root.hidden = true
    this.#pane.focus()
  }

  /** @param {import('./meant.js').Meant} meant */
  #go(meant) {
    const at = meant.read(this.#input.value)
    this.#input.ariaInvalid = String(at === null)
    if (at === null) {
      this.#said.textContent = words.unknown
      return
    }
    const asked = ++this.#asked
    this.#said.textContent = words.looking
    this.#pane.journey.toTime(at, (marker, place) => {
      if (!marker) return asked === this.#asked && this.know()
      const { kind, sure = '', why = '' } = marker
      this.#said.textContent = kind === 'found' ? words.found(meant.tell(at), sure, why) : words.failed(why)
      if (kind === 'found' && sure !== 'none') this.#pane.reading.cursor.expect(place)
    })
  }
}
