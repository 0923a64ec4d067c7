// The scrollbar: its thumb is the place in the whole history, not in what the page keeps.

import { clock } from './time.js'
import { view as words } from './words.js'

/** The least height of the thumb, in px. */
const LEAST = 28
/** So near the end of the track is the end. */
const NEAR = 0.004

export class Scrollbar {
  #track
  #thumb
  #bubble
  #ticks
  #go
  #letGo
  /**
   * While the thumb is held: where the pointer took hold of it, in px from its top, and where the track was then: the page
   * may make room for other things meanwhile. @type {{ at: number, top: number, room: number } | null}
   */
  #held = null
  #fraction = 1
  #size = 1
  /** Where the thumb has led to. @type {number | null} */
  #led = null

  /** @param {HTMLElement} track @param {(fraction: number) => void} go shows the place there @param {() => void} letGo the thumb is not held any more */
  constructor(track, go, letGo) {
    this.#track = track
    this.#go = go
    this.#letGo = letGo
    this.#ticks = track.appendChild(document.createElement('div'))
    this.#thumb = track.appendChild(document.createElement('div'))
    this.#thumb.className = 'thumb'
    this.#bubble = track.appendChild(document.createElement('div'))
    this.#bubble.className = 'bubble'
    this.#bubble.hidden = true
    track.addEventListener('pointerdown', (event) => this.#take(event))
    track.addEventListener('pointermove', (event) => this.#held !== null && this.#move(event))
    for (const end of ['pointerup', 'pointercancel']) track.addEventListener(end, (event) => this.#end(/** @type {PointerEvent} */ (event)))
  }

  /** Whether the thumb is being dragged. */
  get held() {
    return this.#held !== null
  }

  /** @param {number} fraction of the way through the history @param {number} size of what is seen, as a fraction */
  show(fraction, size) {
    this.#size = size
    if (this.#held !== null) return
    this.#fraction = fraction
    this.#draw()
  }

  /** What is at the place of the thumb, while it is dragged. @param {number} behind bytes @param {number} time Unix ms, 0: unknown */
  tell(behind, time) {
    this.#bubble.textContent = words.place(behind, time ? clock(new Date(time)) : '')
  }

  /** @param {{ at: number, kind: string }[]} ticks at: fractions */
  set ticks(ticks) {
    this.#ticks.replaceChildren(...ticks.map(({ at, kind }) => {
      const tick = document.createElement('div')
      tick.className = `tick ${kind}`
      tick.style.top = `${(100 * at).toFixed(2)}%`
      return tick
    }))
  }

  // Private

  get #height() {
    return this.#track.clientHeight
  }

  get #thumbHeight() {
    return Math.min(this.#height, Math.max(LEAST, this.#size * this.#height))
  }

  #draw() {
    const y = Math.round(this.#fraction * (this.#height - this.#thumbHeight))
    this.#thumb.style.height = `${this.#thumbHeight}px`
    this.#thumb.style.transform = `translateY(${y}px)`
    this.#bubble.style.transform = `translateY(${y}px)`
    this.#track.ariaValueNow = String(Math.round(100 * this.#fraction))
  }

  /** @param {PointerEvent} event */
  #take(event) {
    if (event.button !== 0) return
    event.preventDefault()
    const thumb = this.#thumb.getBoundingClientRect()
    const inside = event.clientY >= thumb.top && event.clientY <= thumb.bottom
    this.#held = { at: inside ? event.clientY - thumb.top : this.#thumbHeight / 2, top: this.#track.getBoundingClientRect().top, room: this.#height - this.#thumbHeight }
    this.#track.setPointerCapture(event.pointerId)
    this.#track.classList.add('held')
    this.#bubble.hidden = false
    this.#bubble.textContent = ''
    this.#led = null
    if (!inside) this.#move(event)
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { at, top, room } = this.#held ?? { at: 0, top: 0, room: 0 }
    const y = event.clientY - top - at
    const fraction = room > 0 ? Math.min(1, Math.max(0, y / room)) : 1
    this.#fraction = fraction < NEAR ? 0 : fraction > 1 - NEAR ? 1 : fraction
    this.#draw()
    if (this.#led !== this.#fraction) this.#go(this.#fraction)
    this.#led = this.#fraction
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (this.#held === null) return
    this.#move(event)
    this.#held = null
    this.#track.classList.remove('held')
    this.#bubble.hidden = true
    this.#letGo()
  }
}
