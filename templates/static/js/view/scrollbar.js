// The scrollbar: its thumb is the place in the whole history, not in what the page keeps.

import { view as words } from '../common/words.js'

/** The least height of the thumb, in px. */
const LEAST = 28
/** So near a tick, in px, is on it. */
const ON = 3
/** So near the end of the track is the end. */
const NEAR = 0.004
/**
 * A press is drawn after so long, in ms, or with the lines that are there: they come sooner as a rule, and while the browser draws a frame
 * for the thumb it takes none of them.
 */
const DRAWN = 60
/** A pointer that is still for so long, in ms, is about to press; that is looked at no more often than every so many. */
const STILL = 60
const LOOKS = 250

/** What a tick leads to where nothing has moved since it was drawn. @param {number} fraction */
const asDrawn = (fraction) => fraction

/** @typedef {{ inside: boolean, at: number, top: number, room: number, from: number, tick: number | undefined }} Hold */

export class Scrollbar {
  #track
  #thumb
  #bubble
  /** By kind. @type {Map<string, { at: number[], now: (fraction: number) => number, element: HTMLElement }>} */
  #ticks = new Map()
  #go
  #letGo
  #near
  /**
   * While the thumb is held: where the pointer took hold of it, in px from its top, and where the track was then: the page
   * may make room for other things meanwhile. And where that was on the track, with the tick there.
   * @type {Hold | null}
   */
  #held = null
  #fraction = 1
  #size = 1
  /** Where the thumb has led to. @type {number | null} */
  #led = null
  /** A press is not drawn yet. @type {ReturnType<typeof setTimeout> | undefined} */
  #pressed
  /** The pointer may come to rest. @type {ReturnType<typeof setTimeout> | undefined} */
  #comes
  #looked = -Infinity

  /**
   * @param {HTMLElement} track
   * @param {object} hooks
   * @param {(fraction: number) => void} hooks.go shows the place there
   * @param {() => void} hooks.letGo the thumb is not held any more
   * @param {(fraction: number | null) => void} hooks.near the pointer rests where a press leads there; null: it does not any more
   */
  constructor(track, { go, letGo, near }) {
    this.#track = track
    this.#go = go
    this.#letGo = letGo
    this.#near = near
    for (const kind of ['error', 'hit']) this.#ticks.set(kind, { at: [], now: asDrawn, element: track.appendChild(document.createElement('div')) })
    this.#thumb = track.appendChild(document.createElement('div'))
    this.#thumb.className = 'thumb'
    this.#bubble = track.appendChild(document.createElement('div'))
    this.#bubble.className = 'bubble'
    this.#bubble.hidden = true
    track.addEventListener('pointerdown', (event) => this.#take(event))
    track.addEventListener('pointermove', (event) => (this.#held === null ? this.#come(event) : this.#move(event)))
    track.addEventListener('pointerleave', () => this.#held === null && this.#leave())
    for (const end of ['pointerup', 'pointercancel']) track.addEventListener(end, (event) => this.#end(/** @type {PointerEvent} */ (event)))
  }

  /** Whether the thumb is being dragged. */
  get held() {
    return this.#held !== null
  }

  /** @param {number} fraction of the way through the history @param {number} size of what is seen, as a fraction */
  show(fraction, size) {
    this.#size = size
    if (this.#held === null) this.#fraction = fraction
    if (this.#held === null || this.#pressed !== undefined) this.#draw() // a press, with its lines
  }

  /** What is at the place of the thumb, while it is dragged. @param {number} behind bytes @param {string} time '': unknown */
  tell(behind, time) {
    this.#bubble.textContent = words.place(behind, time)
  }

  /** @param {'error' | 'hit'} kind @param {number[]} at fractions @param {(fraction: number) => number} [now] what one of them has become when it is pressed */
  ticks(kind, at, now = asDrawn) {
    const ticks = this.#ticks.get(kind)
    if (!ticks) return
    ticks.now = now
    if (String(at) === String(ticks.at)) return
    ticks.at = at
    ticks.element.replaceChildren(...at.map((fraction) => {
      const tick = document.createElement('div')
      tick.className = `tick ${kind}`
      tick.style.top = `${(100 * fraction).toFixed(2)}%`
      return tick
    }))
    const { length: errors } = this.#ticks.get('error')?.at ?? []
    const { length: hits } = this.#ticks.get('hit')?.at ?? []
    this.#track.title = words.ticks(errors, hits)
    this.#track.setAttribute('aria-description', this.#track.title)
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

  /** The nearest tick that the pointer is on. @param {number} y @returns {number | undefined} its fraction */
  #tickAt(y) {
    const all = [...this.#ticks.values()].flatMap(({ at, now }) => at.map((drawn) => ({ drawn, now, away: Math.abs(drawn * this.#height - y) })))
    const [near] = all.filter(({ away }) => away <= ON).sort((a, b) => a.away - b.away)
    return near?.now(near.drawn)
  }

  /** How a press there takes hold of the thumb. @param {PointerEvent} event */
  #hold({ clientY }) {
    const thumb = this.#thumb.getBoundingClientRect()
    const inside = clientY >= thumb.top && clientY <= thumb.bottom
    const { top } = this.#track.getBoundingClientRect()
    const room = this.#height - this.#thumbHeight
    const from = clientY - top
    const tick = this.#tickAt(from)
    return { inside, at: inside ? clientY - thumb.top : tick === undefined ? this.#thumbHeight / 2 : from - tick * room, top, room, from, tick }
  }

  /** The pointer moves over the track, and may be about to press. @param {PointerEvent} event */
  #come(event) {
    clearTimeout(this.#comes)
    this.#comes = setTimeout(() => {
      this.#looked = performance.now()
      const hold = this.#hold(event)
      this.#near(hold.inside ? null : fractionOf(event.clientY, hold))
    }, Math.max(STILL, this.#looked + LOOKS - performance.now()))
  }

  #leave() {
    clearTimeout(this.#comes)
    this.#near(null)
  }

  /** @param {PointerEvent} event */
  #take(event) {
    if (event.button !== 0) return
    event.preventDefault()
    clearTimeout(this.#comes)
    this.#held = this.#hold(event)
    this.#led = null
    if (this.#held.inside) this.#taken()
    else {
      clearTimeout(this.#pressed)
      this.#pressed = setTimeout(() => this.#taken(), DRAWN)
      this.#move(event)
    }
    this.#track.setPointerCapture(event.pointerId)
  }

  /** The thumb is seen to be held, if it still is, and where that is. */
  #taken() {
    this.#pressed = undefined
    this.#track.classList.toggle('held', this.held)
    this.#bubble.hidden = !this.held
    this.#draw()
  }

  /** @param {PointerEvent} event */
  #move({ clientY }) {
    if (this.#held) this.#fraction = fractionOf(clientY, this.#held)
    if (this.#led !== this.#fraction) this.#go(this.#fraction)
    this.#led = this.#fraction
    if (this.#pressed === undefined) this.#draw()
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (this.#held === null) return
    const { top, room, from, tick } = this.#held
    const y = event.clientY - top
    if (tick !== undefined && Math.abs(y - from) <= ON) this.#held.at = y - tick * room // it was clicked, also where the thumb is
    this.#move(event)
    this.#held = null
    if (this.#pressed === undefined) this.#taken() // else nothing of it is drawn yet, and what is set has a frame made: that of the lines comes after it
    this.#letGo()
  }
}

/** Where the pointer leads so held, from 0, the beginning, to 1, the end. @param {number} y @param {Hold} hold */
function fractionOf(y, { at, top, room }) {
  const fraction = room > 0 ? Math.min(1, Math.max(0, (y - top - at) / room)) : 1
  return fraction < NEAR ? 0 : fraction > 1 - NEAR ? 1 : fraction
}
