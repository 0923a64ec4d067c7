// Search over the whole history: one hit after the other, and all of them counted.

import { Stretches } from './stretches.js'
import { lineOffsets, SLOWED, token } from '../tail/frame.js'
import { markerWords } from '../common/words.js'

/** The history is looked at in so many parts, for the ticks beside it. */
const PARTS = 120
/** In so many lines, and bytes, at its ends a time is looked for. */
const [LINES, BYTES] = [20, 64 * 1024]

/** @typedef {{ text: string, regex: boolean, case: boolean }} Term */
/** @typedef {{ file: string, offset: number, token: string, place: number }} Hit place: in the whole history */
/**
 * @typedef {object} Parts
 * @property {import('../tail/tail.js').Tail} tail
 * @property {import('../window/reader.js').Reader} reader
 * @property {import('../window/buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {import('../window/extent.js').Extent} extent
 * @property {import('../window/journey.js').Journey} journey
 * @property {() => import('./meant.js').Meant} meant whose clock times are told by
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
  /** And by when they were written. @type {Stretches | null} */
  stretches = null
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
  /** Which way, and how often that was asked for since. */
  #back = false
  #due = 0
  #drawing = 0

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
    this.stretches = null
    if (this.term) this.#measure()
    this.#changed()
  }

  /** Other lines pass the filter now: they are counted anew, and one goes on from the hit that one stands at. */
  again() {
    const { hit } = this
    this.start(this.term)
    this.hit = hit
  }

  /** No more is looked for; what was found stays. */
  cancel() {
    this.#counting?.()
    this.#going?.()
    this.#counting = this.#going = null
    this.#due = 0
    this.held = ''
    if (this.state === 'looking') this.state = ''
    this.#changed()
  }

  /** The next hit, or the one before: also asked for while that of before is looked for, but for a key that is held down. @param {boolean} back @param {boolean} [held] */
  next(back, held = false) {
    const { buffer, view } = this.#parts
    if (this.#going && this.#back === back) {
      if (!held) this.#due++
      return
    }
    if (this.hit) return this.#go(back, this.hit.token)
    const { file, offset } = buffer.edge
    const behind = view.atEnd ? buffer.next : view.last + 1 // what came last may not be drawn yet
    const from = buffer.at(back ? behind : view.top.row)?.token ?? (file && token(file, offset))
    if (from) this.#go(back, from)
  }

  first() {
    this.after('')
  }

  last() {
    this.hit = null // it may be that one
    this.#go(true, undefined)
  }

  /** The first hit behind a position. @param {string} from '': the first there is */
  after(from) {
    this.hit = null // it may be that one
    this.#go(false, from || undefined)
  }

  // Private

  get #filter() {
    const { filter } = this.#parts.reader
    const include = [.../** @type {any} */ (filter)?.include ?? [], this.term]
    return { ...filter, include }
  }

  /** @param {boolean} back @param {string | undefined} from @param {number} [due] how often more */
  #go(back, from, due = 0) {
    if (!this.term) return
    this.#going?.()
    this.#back = back
    this.#due = due
    this.state = 'looking'
    const here = this.hit
    const { extent } = this.#parts
    let found = false
    // A line is found again from its own place: then it is the one after it that is meant.
    this.#going = this.#parts.tail.questions.ask({ ask: 'read', back, from, lines: back || !here ? 1 : 2, filter: this.#filter }, {
      frame: (frame, last) => {
        for (const hit of hits(frame, extent.shift(frame))) {
          if (found || hit.token === here?.token) continue
          found = true
          this.#show(hit)
        }
        if (last) {
          this.#going = null
          this.state = found ? '' : 'none'
          if (this.hit && found && this.#due > 0) this.#go(back, this.hit.token, this.#due - 1)
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

  /** What times the log is of: of its last line or, if that says none, of those before it too. */
  #measure() {
    const { questions } = this.#parts.tail
    const times = [0, 0]
    let open = 2
    /** @param {number} end @param {number} lines */
    const look = (end, lines) => {
      const done = () => --open || this.#countAll(times)
      return questions.ask({ ask: 'read', back: end === 1, lines, bytes: BYTES }, {
        frame: ({ time, payload, marker }, last) => {
          if (marker?.kind === 'progress') {
            this.held = markerWords(marker)
            this.#changed()
          }
          if (payload.length > 0) times[end] ||= time
          if (!last) return
          if (times[end] === 0 && lines < LINES) stops[end] = look(end, LINES)
          else done()
        },
        refused: done,
      })
    }
    const stops = [look(0, LINES), look(1, 1)]
    this.#counting = () => stops.forEach((stop) => stop())
  }

  /** @param {number[]} times of the first and the last line */
  #countAll(times) {
    const { extent, meant } = this.#parts
    const stretches = (this.stretches = new Stretches(times, extent.size, meant().clock))
    const { step, origin, every } = stretches
    let from = 0
    let position = ''
    this.#counting = this.#parts.tail.questions.ask({ ask: 'read', quiet: true, every, ...(step > 0 && { step, at: origin }), filter: this.#filter }, {
      frame: (frame, last) => {
        if (frame.marker?.kind === 'progress') this.held = markerWords(frame.marker)
        else if (last || !(frame.flags & SLOWED)) this.held = ''
        const place = extent.shift(frame) + frame.offset
        const at = extent.fraction(place)
        this.count += frame.passed
        spread(this.bars, from, at, frame.passed)
        stretches.add(frame.passed, frame.time, from, position, place)
        position = frame.position || position
        from = at
        this.done = last ? 1 : at
        if (last) this.#counting = null
        this.#soon(last)
      },
      refused: (words) => this.#refused(words),
    })
  }

  /** Many frames come between two pictures. @param {boolean} now */
  #soon(now) {
    if (now) this.#changed()
    else if (!this.#drawing) this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0
      this.#changed()
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

/** The lines of a frame by their places. @param {import('../tail/frame.js').Frame} frame @param {number} shift @returns {Hit[]} */
function hits(frame, shift) {
  return lineOffsets(frame).map((offset) => ({ file: frame.file, offset, token: token(frame.file, offset), place: shift + offset }))
}

/** What a frame counted lies somewhere on the stretch that it looked at. @param {number[]} bars @param {number} from @param {number} to fractions of the way through the history @param {number} n */
export function spread(bars, from, to, n) {
  /** How much of it lies before a bar, from 0 to 1. @param {number} bar */
  const before = (bar) => (bar / bars.length <= from ? 0 : to > from ? Math.min(1, (bar / bars.length - from) / (to - from)) : 1)
  const last = Math.min(bars.length - 1, Math.floor(to * bars.length))
  for (let i = Math.min(last, Math.floor(from * bars.length)); i < last; i++) bars[i] += Math.floor(n * before(i + 1)) - Math.floor(n * before(i))
  bars[last] += n - Math.floor(n * before(last))
}
