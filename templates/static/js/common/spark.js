// How a log grew in the last ten minutes, as bars. It is drawn by attributes only: the policy allows no inline style.

import { bytesOf, SLOTS } from './ring.js'

const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 2
const HEIGHT = 16
const BASE = 1
const GAP = 0.5
const LEAST = 2
/** A log that writes less than so many bytes a slot does not fill the height: noise must not look like a flood. */
const FULL = 2048

export class Spark {
  element = document.createElementNS(SVG, 'svg')
  #none = document.createElementNS(SVG, 'path')
  #some = document.createElementNS(SVG, 'path')
  #drawn = ''

  constructor() {
    this.element.setAttribute('viewBox', `0 0 ${SLOTS * WIDTH} ${HEIGHT}`)
    this.element.setAttribute('class', 'spark')
    this.element.setAttribute('aria-hidden', 'true')
    this.element.setAttribute('preserveAspectRatio', 'none')
    this.#none.setAttribute('class', 'none')
    for (const path of [this.#none, this.#some]) path.setAttribute('fill', 'currentColor')
    this.element.append(this.#none, this.#some)
  }

  /** @param {Uint8Array} ring */
  show(ring) {
    const { none, some } = bars(ring)
    if (none + some === this.#drawn) return
    this.#drawn = none + some
    this.#none.setAttribute('d', none)
    this.#some.setAttribute('d', some)
  }
}

/** Unknown slots are blank; those in which nothing came are a line, of a colour that is hardly one. @param {Uint8Array} ring */
export function bars(ring) {
  const bytes = Array.from(ring, bytesOf)
  const most = bytes.reduce((max, n) => (n > max ? n : max), FULL)
  let [none, some] = ['', '']
  bytes.forEach((n, slot) => {
    const bar = (/** @type {number} */ height, /** @type {number} */ width) => `M${slot * WIDTH} ${HEIGHT}v-${height}h${width}v${height}z`
    if (n === 0) none += bar(BASE, WIDTH)
    else if (n > 0) some += bar(Math.max(LEAST, Math.round((n / most) * HEIGHT)), WIDTH - GAP)
  })
  return { none, some }
}
