// Where in its file each row begins: what makes a line's token.

import { identity } from './frame.js'

/**
 * Offsets in a ring, and the file of each row as stretches of rows: almost always one. The ring's owner says which rows are there.
 */
export class Places {
  #offsets
  /** Stretches of rows of one file, in order. @type {{ row: number, file: string, shift: number }[]} */
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
   */
  append(row, file, offset, shift) {
    this.#offsets[slot(row, this.#offsets.length)] = offset
    const last = this.#stretches.at(-1)
    if (last?.file !== file || last.shift !== shift) this.#stretches.push({ row, file, shift })
  }

  /** As append, before all other rows. @param {number} row @param {string} file @param {number} offset @param {number} shift */
  prepend(row, file, offset, shift) {
    this.#offsets[slot(row, this.#offsets.length)] = offset
    const first = this.#stretches[0]
    if (first?.file === file && first.shift === shift) first.row = row
    else this.#stretches.unshift({ row, file, shift })
  }

  /** @param {number} row */
  at(row) {
    const stretch = this.#stretches[this.#find(row)]
    const offset = this.#offsets[slot(row, this.#offsets.length)]
    return { file: stretch?.file ?? '', offset, place: offset + (stretch?.shift ?? 0) }
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

/** Rows may be negative. @param {number} row @param {number} size */
export function slot(row, size) {
  const at = row % size
  return at < 0 ? at + size : at
}
