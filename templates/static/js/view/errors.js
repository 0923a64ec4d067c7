// Where errors are, over the whole history: the ticks of the scrollbar. It is as large for a day as for a minute.

import { beginning } from '../line/groups.js'
import { continues, levelOf } from '../line/level.js'
import { CONT, cut, ending, lineEnd } from '../tail/frame.js'

/** So many places are kept at most; then neighbours become one. */
const MOST = 240
/** Bytes that share a tick at first. */
const WIDTH = 1024
/** So many frames wait to be looked through, for so long at a time, in ms. */
const WAITING = 32
const LOOK = 20

/** @typedef {import('../tail/frame.js').Frame} Frame */

/**
 * A frame says how many of its lines report an error; which they are is looked for when there is time, of the newest frames first. Until
 * then, and where the lines are not here, its stretch of the history has a tick where it begins.
 */
export class Errors {
  /** A place of an error by its stretch of the history. @type {Map<number, number>} */
  #places = new Map()
  #width = WIDTH
  /** Where errors are that were not found yet, and how many: two stretches may have theirs together. @type {{ from: number, to: number, errors: { left: number } }[]} */
  #somewhere = []
  /** @type {{ frame: Frame, shift: number }[]} */
  #waiting = []
  /** Where the tail has come to. @type {number | null} */
  #tail = null

  /** A frame of the tail, or of an answer. @param {Frame} frame @param {number} shift what an offset of its file is short of the place */
  came(frame, shift) {
    const { offset, start, payload, gaps, reply, errors } = frame
    const before = this.#tail ?? shift + offset
    if (reply === 0) {
      this.#tail = shift + offset
      if (errors > 0 && payload.length === 0) this.#suspect(before, this.#tail, errors)
    }
    if (payload.length === 0 || (gaps && errors === 0)) return // what is between its lines is not here
    const [from, to] = [shift + start, shift + start + payload.length]
    if (errors > 0) this.#suspect(from, to, errors)
    if (!this.#somewhere.some((stretch) => stretch.from < to && from < stretch.to)) return
    this.#waiting.push({ frame, shift })
    if (this.#waiting.length > WAITING) this.#waiting.shift()
  }

  /** A line that reports one. @param {number} place of its first byte */
  saw(place) {
    if (this.#has(place)) return
    this.#places.set(Math.floor(place / this.#width), place)
    while (this.#places.size > MOST) this.#merge()
  }

  /** Looks for them. */
  look() {
    for (const until = performance.now() + LOOK; performance.now() < until;) {
      const next = this.#waiting.pop()
      if (!next) return
      this.#through(next.frame, next.shift)
    }
  }

  /** Fractions of the history. @param {import('../window/extent.js').Extent} extent */
  at(extent) {
    const places = [...this.#places.values()].filter((place) => place >= extent.begin)
    const stretches = this.#somewhere.filter(({ to }) => to > extent.begin)
    return [...places, ...stretches.map(({ from }) => from)].map((place) => extent.fraction(place))
  }

  // Private

  /** @param {number} place */
  #has(place) {
    return this.#places.has(Math.floor(place / this.#width))
  }

  /** @param {Frame} frame @param {number} shift */
  #through(frame, shift) {
    const { starts, offsets } = cut(frame)
    const found = new Set()
    /** @type {import('../line/level.js').Level} */
    let before = 'info' // an exception at the beginning is an error by itself
    for (let i = frame.flags & CONT ? 1 : 0; i < starts.length; i++) {
      const place = shift + offsets[i]
      if (!this.#has(place)) {
        const bytes = frame.payload.subarray(starts[i], lineEnd(frame.payload, starts[i]))
        const line = beginning(bytes.subarray(0, bytes.length - ending(bytes)))
        if (continues(line, before)) continue
        before = levelOf(line)
        if (before === 'error') this.saw(place)
      }
      if (this.#has(place)) found.add(Math.floor(place / this.#width))
    }
    const last = starts.length - 1
    this.#found(shift + offsets[0], shift + offsets[last] + frame.payload.length - starts[last], found.size)
  }

  /** @param {number} from @param {number} to @param {number} errors */
  #suspect(from, to, errors) {
    this.#somewhere.push({ from: Math.min(from, to), to: Math.max(from + 1, to), errors: { left: errors } })
    if (this.#somewhere.length <= MOST) return
    const all = this.#somewhere.sort((a, b) => a.from - b.from)
    this.#somewhere = []
    for (let i = 0; i < all.length; i += 2) {
      const [one, other] = [all[i], all[i + 1] ?? { to: 0, errors: { left: 0 } }]
      this.#somewhere.push({ from: one.from, to: Math.max(one.to, other.to), errors: { left: one.errors.left + other.errors.left } })
    }
  }

  /** A part of the history was looked through: errors that it does not have are before it or behind it. @param {number} from @param {number} to @param {number} errors */
  #found(from, to, errors) {
    const through = this.#somewhere.filter((stretch) => stretch.from < to && from < stretch.to)
    for (const found of new Set(through.map((stretch) => stretch.errors))) found.left -= errors
    const parts = this.#somewhere.flatMap((stretch) => [{ ...stretch, to: Math.min(stretch.to, from) }, { ...stretch, from: Math.max(stretch.from, to) }])
    this.#somewhere = parts.filter((part) => part.from < part.to && part.errors.left > 0)
  }

  #merge() {
    this.#width *= 2
    const places = [...this.#places.values()]
    this.#places = new Map(places.map((place) => [Math.floor(place / this.#width), place]))
  }
}
