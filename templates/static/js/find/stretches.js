// How many lines have what is searched for in each stretch of the history: of time or, where its lines say none, of bytes.

/** There are so many parts at most. */
const MOST = 120
/** A part of fewer bytes would be told by chance: what is counted is said after a few KB. */
const LEAST = 16 * 1024
/** How often it is said in a part of bytes, so that all parts are of about as many. */
const OFTEN = 4
/** What no line says in earnest, and most programs have no date for. */
const LATEST = 8e15
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** How long a part may be: what people count times in. */
export const STEPS = [...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND), ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), ...[1, 2, 3, 6, 12].map((n) => n * HOUR), ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY)]

/** @typedef {{ n: number, from: string }} Count from: a position that its first line is behind; '': the first byte */
/** @typedef {{ n: number, from: string, at: number, to: number }} Part from at to to: Unix ms or, of bytes, fractions of the history */

export class Stretches {
  /** Lines that say no time: each is of the stretch that the one before it is of. */
  untimed = 0
  /** How long one is, in ms; 0: it is of bytes. */
  step
  /** After how many bytes it is to be said what was counted. */
  every
  /** Where the one begins that has number 0, Unix ms. */
  origin = 0
  /** By number, in the order in which they were found in the log. @type {Map<number, Count>} */
  #counts = new Map()
  /** Up to which place in the history a number goes on, in the order of the log. @type {{ to: number, number: number }[]} */
  #ways = []
  /** Those of the log's first and last line. */
  #ends
  #now = 0
  /** How many parts there are, of bytes. */
  #many

  /**
   * @param {number[]} times of the first and the last line, Unix ms; 0: unknown @param {number} size of the history in bytes
   * @param {import('../common/zone.js').Clock} clock parts begin when it shows whole minutes, hours and days
   */
  constructor([first, last], size, clock) {
    this.#many = Math.min(MOST, Math.max(1, Math.floor(size / LEAST)))
    this.#ends = [0, this.#many - 1]
    const [begin, end] = [Math.min(first, last), Math.max(first, last)] // it may have been set back
    this.step = isTime(begin) && isTime(end) ? stepFor(end - begin) : 0
    this.every = Math.ceil(size / (this.step > 0 ? MOST : OFTEN * this.#many))
    if (this.step === 0) return
    this.origin = clock.at(Math.floor(clock.shows(begin) / this.step) * this.step)
    this.#ends = [this.#number(begin), this.#number(end)]
    this.#now = this.#number(first)
  }

  /**
   * @param {number} n lines @param {number} time what the first of them says, Unix ms; 0: nothing @param {number} fraction of the history that lies before them
   * @param {string} from @param {number} [to] place behind all that was looked at
   */
  add(n, time, fraction, from, to = 0) {
    if (this.step === 0) this.#now = Math.min(this.#many - 1, Math.floor(fraction * this.#many))
    else if (isTime(time)) this.#now = this.#number(time)
    else this.untimed += n
    const way = this.#ways.at(-1)
    if (way?.number === this.#now) way.to = to
    else this.#ways.push({ to, number: this.#now })
    if (n === 0) return
    const count = this.#counts.get(this.#now)
    if (count) count.n += n
    else this.#counts.set(this.#now, { n, from })
  }

  /** All of them, and those between that have none. @returns {Part[]} */
  get parts() {
    const { group, first, high } = this.#grouping
    const parts = Array.from({ length: Math.floor(high / group) - first + 1 }, (_, i) => ({ n: 0, from: '', ...this.#bounds((first + i) * group, group) }))
    for (const [number, { n, from }] of this.#counts) {
      const part = parts[Math.floor(number / group) - first]
      if (part.n === 0) part.from = from
      part.n += n
    }
    return parts
  }

  /** Which of the parts a line counts in, by its place in the history; -1: it is not counted. @param {number} place */
  partOf(place) {
    const way = this.#ways.find(({ to }) => to > place)
    const { group, first } = this.#grouping
    return way ? Math.floor(way.number / group) - first : -1
  }

  // Private

  get #grouping() {
    const numbers = [...this.#ends, ...this.#counts.keys()]
    const [low, high] = numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [0, 0])
    const group = grouped(low, high, this.step)
    return { group, first: Math.floor(low / group), high }
  }

  /** @param {number} time */
  #number(time) {
    return Math.floor((time - this.origin) / this.step)
  }

  /** @param {number} number @param {number} group */
  #bounds(number, group) {
    if (this.step === 0) return { at: number / this.#many, to: (number + group) / this.#many }
    return { at: this.origin + number * this.step, to: this.origin + (number + group) * this.step }
  }
}

/** Whether a calendar has it. @param {number} time */
function isTime(time) {
  return time > 0 && time < LATEST
}

/** @param {number} span ms */
function stepFor(span) {
  return STEPS.find((step) => span / step < MOST - 1) ?? Math.ceil(span / MOST)
}

/** Times may go beyond those of the first and last line: then so many stretches are one part. @param {number} low @param {number} high @param {number} step */
function grouped(low, high, step) {
  const fits = (/** @type {number} */ group) => Math.floor(high / group) - Math.floor(low / group) < MOST
  if (fits(1)) return 1
  return STEPS.map((one) => one / step).find((group) => Number.isInteger(group) && fits(group)) ?? Math.ceil((high - low + 1) / (MOST - 1))
}
