// Marks between lines: one's own, and where one was.

import { identity } from '../tail/frame.js'
import { habit, remember } from '../common/habits.js'

/** So many are remembered for a log. */
const MOST = 50

/** @typedef {{ file: string, offset: number, kind: 'mark' | 'here', at: number }} Mark before the line that begins there */

/** The marks of one log, kept in the browser. */
export class Marks {
  #name
  /** @type {Mark[]} */
  #marks

  /** @param {{ host: string, id: string }} log */
  constructor({ host, id }) {
    this.#name = `marks.${host}/${id}`
    this.#marks = good(habit(this.#name, /** @type {Mark[]} */ ([])))
  }

  /** @param {Mark} mark where one was is one place only */
  add(mark) {
    if (mark.kind === 'here') this.#marks = this.#marks.filter(({ kind }) => kind !== 'here')
    this.#marks = [...this.#marks, mark].slice(-MOST)
    remember(this.#name, this.#marks)
  }

  /** Whether a row says where one was, and one was elsewhere since. @param {{ kind: string, at: number } | undefined} row */
  past(row) {
    return row?.kind === 'here' && !this.#marks.some(({ kind, at }) => kind === 'here' && at === row.at)
  }

  /** One leaves the newest line, and no longer where one was before. @param {{ buffer: import('../window/buffer.js').Buffer, view: import('../view/view.js').View }} rows @param {number} at */
  leave({ buffer, view }, at) {
    if (buffer.next === buffer.first) return
    this.add({ ...buffer.edge, kind: 'here', at })
    for (const [row, marker] of buffer.markers) if (this.past(marker)) view.refresh(row, row + 1)
  }

  /** Those before lines of a file. @param {string} file @param {number} from @param {number} to */
  between(file, from, to) {
    if (this.#marks.length === 0) return []
    return this.#marks.filter((mark) => identity(mark.file) === identity(file) && mark.offset >= from && mark.offset <= to)
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, kind, at }) => ({ offset, marker: { kind, at } }))
  }
}

/** Storage may hold anything. @param {any[]} marks @returns {Mark[]} */
function good(marks) {
  return marks.filter((mark) => typeof mark?.file === 'string' && typeof mark.offset === 'number').slice(-MOST)
}
