// How often lines that come by themselves are drawn.

/** In so much of the time: nobody reads more of them, and there has to be time to take them. */
const SHARE = 1 / 8

export class Pace {
  #draw
  /** When they may be drawn again. */
  #free = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waits

  /** @param {() => void} draw in the next frame */
  constructor(draw) {
    this.#draw = draw
  }

  /** Lines came: they are drawn soon. */
  came() {
    if (this.#waits) return
    const wait = this.#free - performance.now()
    if (wait <= 0) return this.#draw()
    this.#waits = setTimeout(() => {
      this.#waits = undefined
      this.#draw()
    }, wait)
  }

  /** Looks how long drawing takes. @param {() => void} paint */
  time(paint) {
    const begun = performance.now()
    paint()
    this.#free = begun + (performance.now() - begun) / SHARE
  }
}
