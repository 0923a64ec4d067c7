// Whether long lines go on below, or beyond the edge: on a telephone below, until its user chooses. A browser is on one screen, so
// the choice is one.

import { habit, remember } from '../common/habits.js'
import { view as words } from '../common/words.js'

const NARROW = '(max-width: 640px)'

export class Wrap {
  #button
  #scroller
  #redraw

  /** @param {HTMLElement} button @param {HTMLElement} scroller @param {() => void} redraw */
  constructor(button, scroller, redraw) {
    this.#button = button
    this.#scroller = scroller
    this.#redraw = redraw
    scroller.classList.toggle('wrap', habit('wrap', matchMedia(NARROW).matches))
    button.addEventListener('click', () => this.toggle())
    this.#say()
  }

  toggle() {
    remember('wrap', this.#scroller.classList.toggle('wrap'))
    this.#say()
    this.#redraw()
  }

  #say() {
    const on = this.#scroller.classList.contains('wrap')
    this.#button.textContent = words.wrap(on)
    this.#button.ariaPressed = String(on)
  }
}
