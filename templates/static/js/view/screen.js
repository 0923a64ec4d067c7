// The element that scrolls, as the browser has it.

/** The browser rounds places to less than this, in px. */
const ROUNDED = 1
/** Nobody scrolls who has not for so long, in ms. */
export const IDLE = 150

/**
 * It is asked where that costs little: before anything is drawn, and after rows were measured. Each other question would have the browser
 * lay out what was drawn since.
 */
export class Screen {
  /** How high it is. */
  height = 0
  /** Where its top was when it was last asked. */
  top = 0
  #element
  #scrolled = 0

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element
  }

  /** Asks for its height. @returns {boolean} whether it is another */
  measure() {
    const { height } = this
    this.height = this.#element.clientHeight
    return this.height !== height
  }

  /** How far it has moved since, which was not our doing, in px. */
  moved() {
    const moved = this.#element.scrollTop - this.top
    this.top += moved
    return moved
  }

  /** It was scrolled. @returns {boolean} whether by us: it is where it was */
  scrolled() {
    const ours = this.#element.scrollTop === this.top
    if (!ours) this.#scrolled = performance.now()
    return ours
  }

  /** Whether somebody scrolls: under a moving finger rows are not renumbered. */
  get moving() {
    return performance.now() - this.#scrolled < IDLE
  }

  /** Scrolls there, if it is elsewhere. @param {number} top @returns {number} where it is now */
  to(top) {
    if (Math.abs(this.#element.scrollTop - top) >= ROUNDED) this.#element.scrollTop = top
    this.top = this.#element.scrollTop
    return Math.abs(this.top - top) < ROUNDED ? this.top : top
  }
}
