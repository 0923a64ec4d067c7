// When what is on the screen is drawn: in the next frame, and lines that come by themselves together when they are many.

/** Nobody reads a line in less, in ms: when they come closer together for long, more and more of them are drawn at once. */
const READ = 20
/** But not for so long, in ms: a few that come in a heap, as from a busy host, are no flood. */
const HEAP = 80
/** But nobody waits longer than so, in ms, for what many lines there are. */
const MOST = 80
/** Drawing takes this of the time at most: there has to be time to take lines. */
const SHARE = 1 / 8

export class Pace {
  #paint
  #frame = 0
  /** How many came since they were drawn last, and when they may be drawn again. */
  #lines = 0
  #free = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waits

  /** @param {(lines: number) => void} paint told how many lines came since */
  constructor(paint) {
    this.#paint = paint
  }

  /** Something changed: it is drawn in the next frame. */
  soon() {
    this.#frame ||= requestAnimationFrame(() => this.#draw())
  }

  /** Lines came: they are drawn soon. @param {number} lines how many */
  came(lines) {
    this.#lines += lines
    if (this.#waits) return
    const wait = this.#free - performance.now()
    if (wait <= 0) return this.soon()
    this.#waits = setTimeout(() => {
      this.#waits = undefined
      this.soon()
    }, wait)
  }

  /** What is about to be drawn is drawn at once. */
  now() {
    if (!this.#frame) return
    cancelAnimationFrame(this.#frame)
    this.#draw()
  }

  // Private

  #draw() {
    this.#frame = 0
    const begun = performance.now()
    const read = Math.max(this.#free, begun - HEAP) + READ * this.#lines
    const lines = this.#lines
    this.#lines = 0
    this.#paint(lines)
    const took = performance.now() - begun
    this.#free = Math.min(read, begun + Math.max(MOST, took / SHARE))
  }
}
