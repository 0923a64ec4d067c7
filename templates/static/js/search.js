// Search over the whole history: one hit after the other, and all of them counted.

import { lineOffsets, SLOWED, token } from './frame.js'
import { markerWords } from './words.js'

/** The history is looked at in so many parts, for the bar of hits. */
const PARTS = 120

/** @typedef {{ text: string, regex: boolean, case: boolean }} Term */
/** @typedef {{ file: string, offset: number, token: string }} Hit */
/**
 * @typedef {object} Parts
 * @property {import('./tail.js').Tail} tail
 * @property {import('./reader.js').Reader} reader
 * @property {import('./buffer.js').Buffer} buffer
 * @property {import('./view.js').View} view
 * @property {import('./extent.js').Extent} extent
 * @property {import('./journey.js').Journey} journey
 * @property {(row: number) => boolean} reveal unfolds what a row is in; whether it was folded
 */

export class Search {
  /** @type {Term | null} */
  term = null
  /** How many lines have it, as far as was looked. */
  count = 0
  /** How much of the history was looked at, from 0 to 1. */
  done = 0
  /** Hits by part of the history. */
  bars = new Array(PARTS).fill(0)
  /** The hit that one stands at. @type {Hit | null} */
  hit = null
  /** '' or what keeps one from going on. @type {'' | 'looking' | 'none' | 'refused'} */
  state = ''
  why = ''
  /** Why the counting takes long, in words; '' if it does not. */
  held = ''

  #parts
  #changed
  /** @type {(() => void) | null} */
  #counting = null
  /** @type {(() => void) | null} */
  #going = null

  /** @param {Parts} parts @param {() => void} changed */
  constructor(parts, changed) {
    this.#parts = parts
    this.#changed = changed
  }

  /** Whether the counting is not over yet. */
  get counting() {
    return this.#counting !== null
  }

  /** @param {Term | null} term null: nothing is searched for */
  start(term) {
    this.cancel()
    this.term = term?.text ? term : null
    this.hit = null
    this.state = ''
    this.count = this.done = 0
    this.held = ''
    this.bars.fill(0)
    if (this.term) this.#countAll()
    this.#changed()
  }

  /** No more is looked for; what was found stays. */
  cancel() {
    this.#counting?.()
    this.#going?.()
    this.#counting = this.#going = null
    this.held = ''
    if (this.state === 'looking') this.state = ''
    this.#changed()
  }

  /** The next hit, or the one before. @param {boolean} back */
  next(back) {
    const { buffer, view } = this.#parts
    if (this.hit) return this.#go(back, this.hit.token)
    const { file, offset } = buffer.edge
    const from = buffer.at(back ? view.last + 1 : view.top.row)?.token ?? (file && token(file, offset))
    if (from) this.#go(back, from)
  }

  first() {
    this.#go(false, undefined)
  }

  last() {
    this.#go(true, undefined)
  }

  // Private

  get #filter() {
    const { filter } = this.#parts.reader
    const include = [.../** @type {any} */ (filter)?.include ?? [], this.term]
    return { ...filter, include }
  }

  /** @param {boolean} back @param {string | undefined} from */
  #go(back, from) {
    if (!this.term) return
    this.#going?.()
    this.state = 'looking'
    const here = this.hit
    let found = false
    // A line is found again from its own place: then it is the one after it that is meant.
    this.#going = this.#parts.tail.questions.ask({ ask: 'read', back, from, lines: back || !here ? 1 : 2, filter: this.#filter }, {
      frame: (frame, last) => {
        for (const hit of hits(frame)) {
          if (found || hit.token === here?.token) continue
          found = true
          this.#show(hit)
        }
        if (last) {
          this.#going = null
          this.state = found ? '' : 'none'
        }
        this.#changed()
      },
      refused: (words) => this.#refused(words),
    })
    this.#changed()
  }

  /** @param {Hit} hit */
  #show(hit) {
    const { buffer, view, reader, journey, reveal } = this.#parts
    this.hit = hit
    const row = buffer.find(hit.file, hit.offset)
    if (row !== null && buffer.at(row)?.offset === hit.offset) {
      if (reveal(row) || row <= view.top.row || row >= view.last - 1) view.toRow(row, journey.third)
      view.changed()
    } else reader.seek(hit.token, journey.third)
  }

  #countAll() {
    this.#counting = this.#parts.tail.questions.ask({ ask: 'read', quiet: true, filter: this.#filter }, {
      frame: (frame, last) => {
        if (frame.marker?.kind === 'progress') this.held = markerWords(frame.marker)
        else if (last || !(frame.flags & SLOWED)) this.held = ''
        const { extent } = this.#parts
        const at = extent.fraction(extent.shift(frame) + frame.offset)
        this.count += frame.passed
        this.bars[Math.min(PARTS - 1, Math.floor(at * PARTS))] += frame.passed
        this.done = last ? 1 : at
        if (last) this.#counting = null
        this.#changed()
      },
      refused: (words) => this.#refused(words),
    })
  }

  /** @param {string} words */
  #refused(words) {
    this.#counting = this.#going = null
    this.held = ''
    this.state = 'refused'
    this.why = words
    this.#changed()
  }
}

/** The lines of a frame by their places. @param {import('./frame.js').Frame} frame @returns {Hit[]} */
function hits(frame) {
  return lineOffsets(frame).map((offset) => ({ file: frame.file, offset, token: token(frame.file, offset) }))
}
