// How often lines that come by themselves are drawn.

/** Nobody reads lines of which so many come between two drawings. */
const MANY = 100
/** Those are drawn in so much of the time: there has to be time to take them. */
const SHARE = 1 / 8

export class Pace {
  #draw
  /** How many came since they were drawn last, and when so many may be drawn again. */
  #lines = 0
  #free = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waits

  /** @param {() => void} draw in the next frame */
  constructor(draw) {
    this.#draw = draw
  }

  /** Lines came: they are drawn soon. @param {number} lines how many */
  came(lines) {
    this.#lines += lines
    if (this.#waits) return
    const wait = this.#free - performance.now()
    if (wait <= 0 || this.#lines < MANY) return this.#draw()
    this.#waits = setTimeout(() => {
      this.#waits = undefined
      this.#draw()
    }, wait)
  }

  /** Looks how long drawing takes. @param {() => void} paint */
  time(paint) {
    const begun = performance.now()
    this.#lines = 0
    paint()
    this.#free = begun + (performance.now() - begun) / SHARE
  }
}
