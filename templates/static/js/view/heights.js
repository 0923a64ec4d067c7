// How high rows are: most alike, some measured otherwise.

/** Rows whose heights are summed up together. */
const CHUNK = 256

export class Heights {
  /** Of a row that was not measured. */
  usual
  /** What measured rows are higher than usual. @type {Map<number, number>} */
  #extra = new Map()
  /** The sums of that over whole chunks. @type {Map<number, number>} */
  #sums = new Map()

  /** @param {number} usual */
  constructor(usual) {
    this.usual = usual
  }

  /** Forgets what was measured. */
  clear() {
    this.#extra.clear()
    this.#sums.clear()
  }

  /** @param {number} row */
  get(row) {
    return this.usual + (this.#extra.get(row) ?? 0)
  }

  /** @param {number} row @param {number} height */
  set(row, height) {
    const before = this.#extra.get(row) ?? 0
    const extra = height - this.usual
    if (extra === before) return
    const chunk = Math.floor(row / CHUNK)
    this.#sums.set(chunk, (this.#sums.get(chunk) ?? 0) + extra - before)
    if (extra === 0) this.#extra.delete(row)
    else this.#extra.set(row, extra)
  }

  /** Forgets rows that are not there any more, once that is worth it. @param {number} first @param {number} next @param {number} most */
  keep(first, next, most) {
    if (this.#extra.size <= most + (next - first)) return
    const rows = [...this.#extra].filter(([row]) => row >= first && row < next)
    this.clear()
    for (const [row, extra] of rows) this.set(row, this.usual + extra)
  }

  /** From the top of a row to the top of another; negative if that is above. @param {number} from @param {number} to @returns {number} */
  between(from, to) {
    if (to < from) return -this.between(to, from)
    let sum = (to - from) * this.usual
    if (this.#extra.size === 0) return sum
    for (let row = from; row < to;) {
      if (row % CHUNK === 0 && row + CHUNK <= to) {
        sum += this.#sums.get(row / CHUNK) ?? 0
        row += CHUNK
      } else sum += this.#extra.get(row++) ?? 0
    }
    return sum
  }

  /**
   * The row that is so far below the top of another one, or above it; not beyond two rows.
   * @param {number} from @param {number} distance @param {number} first @param {number} last
   */
  find(from, distance, first, last) {
    let row = from
    let left = distance
    while (left < 0 && row > first) left += this.get(--row)
    for (; row < last && left >= this.get(row); row++) {
      left -= this.get(row)
      while (row % CHUNK === 0 && row + CHUNK < last && left >= this.#chunk(row)) {
        left -= this.#chunk(row)
        row += CHUNK
      }
    }
    return row
  }

  /** @param {number} row the first of a chunk */
  #chunk(row) {
    return CHUNK * this.usual + (this.#sums.get(row / CHUNK) ?? 0)
  }
}
