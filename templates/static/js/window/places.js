// Where in its file each row begins: what makes a line's token.

import { identity } from '../tail/frame.js'

/** Lines of one stretch are of about the same time, in ms. */
const MONTH = 30 * 24 * 3_600_000

/**
 * Offsets in a ring, and the file of each row as stretches of rows: almost always one. The ring's owner says which rows are there.
 */
export class Places {
  #offsets
  /** Stretches of rows of one file, in order. @type {{ row: number, file: string, shift: number, time: number }[]} */
  #stretches = []

  /** @param {number} rows how many there may be at once */
  constructor(rows) {
    this.#offsets = new Float64Array(rows)
  }

  /**
   * @param {number} row
   * @param {string} file
   * @param {number} offset
   * @param {number} shift what an offset of this file is short of the place in the whole history
   * @param {number} [time] Unix ms of a line near it, 0: unknown
   */
  append(row, file, offset, shift, time = 0) {
    this.#offsets[slot(row, this.#offsets.length)] = offset
    const last = this.#stretches.at(-1)
    if (goesOn(last, file, shift, time)) last.time ||= time
    else this.#stretches.push({ row, file, shift, time })
  }

  /** As append, before all other rows. @param {number} row @param {string} file @param {number} offset @param {number} shift @param {number} [time] */
  prepend(row, file, offset, shift, time = 0) {
    this.#offsets[slot(row, this.#offsets.length)] = offset
    const first = this.#stretches[0]
    if (goesOn(first, file, shift, time)) {
      first.row = row
      first.time ||= time
    } else this.#stretches.unshift({ row, file, shift, time })
  }

  /** @param {number} row */
  at(row) {
    const stretch = this.#stretches[this.#find(row)]
    const offset = this.#offsets[slot(row, this.#offsets.length)]
    return { file: stretch?.file ?? '', offset, place: offset + (stretch?.shift ?? 0), time: stretch?.time ?? 0 }
  }

  /** The rows of a file, as it was last: of each stretch, the newest first. @param {string} file @param {number} end behind the last row */
  *of(file, end) {
    const same = identity(file)
    let shift
    for (let i = this.#stretches.length - 1; i >= 0; i--) {
      const stretch = this.#stretches[i]
      if (identity(stretch.file) !== same || stretch.shift !== (shift ??= stretch.shift)) continue
      yield { from: stretch.row, to: this.#stretches[i + 1]?.row ?? end }
    }
  }

  /** Forgets what is not from one row up to another. @param {number} first @param {number} next */
  keep(first, next) {
    const from = this.#find(first)
    if (from > 0) this.#stretches.splice(0, from)
    if (this.#stretches.length > 0) this.#stretches[0].row = Math.max(this.#stretches[0].row, first)
    while (this.#stretches.length > 0 && this.#stretches[this.#stretches.length - 1].row >= next) this.#stretches.pop()
  }

  /** The stretch of a row: the last that does not begin behind it. @param {number} row */
  #find(row) {
    let low = 0
    let high = this.#stretches.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#stretches[middle].row <= row) low = middle
      else high = middle - 1
    }
    return low
  }
}

/**
 * @param {{ file: string, shift: number, time: number } | undefined} stretch @param {string} file @param {number} shift @param {number} time
 * @returns {stretch is { row: number, file: string, shift: number, time: number }}
 */
function goesOn(stretch, file, shift, time) {
  return stretch?.file === file && stretch.shift === shift && (!time || !stretch.time || Math.abs(time - stretch.time) < MONTH)
}

/** Rows may be negative. @param {number} row @param {number} size */
export function slot(row, size) {
  const at = row % size
  return at < 0 ? at + size : at
}
