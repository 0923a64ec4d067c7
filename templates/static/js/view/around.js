// How much is drawn around the screen.

/** So many px beyond it on either side, so that a short scroll shows no empty space. */
const BEYOND = 400
/** Where all of it is new fewer are enough: it is to be seen soon. When nothing came for a while, in ms, the others are drawn too. */
const FEW = 40
const CALM = 250

export class Around {
  px = BEYOND
  #changed
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #calm

  /** @param {() => void} changed draws again */
  constructor(changed) {
    this.#changed = changed
  }

  /** @param {boolean} so whether all that is seen is new */
  set few(so) {
    clearTimeout(this.#calm)
    this.px = so ? FEW : BEYOND
    if (so) this.#calm = setTimeout(this.#changed, CALM)
  }
}
