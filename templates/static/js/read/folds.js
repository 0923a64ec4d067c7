// Stack traces, folded: of a line and those that go on with it, two are seen.

import { lineKey } from '../tail/frame.js'
import { adjoins, goesOn, mayGoOn } from '../line/groups.js'
import { habit, remember } from '../common/habits.js'
import { folds as words } from '../line/linewords.js'

/** Fewer lines that go on with one are not worth a fold; and what goes on for longer is no trace. */
const LEAST = 3
const MOST = 500
/** So many rows are remembered. */
const REMEMBERED = 20_000

/** @typedef {{ head: number, next: number, open: boolean | null }} Group of rows, from its head up to next; null: too short to be folded */
/**
 * @typedef {object} Parts
 * @property {import('../window/buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {() => boolean} filtered whether lines may be missing between rows
 */

export class Folds {
  #parts
  /** @type {Map<number, Group | null>} */
  #groups = new Map()
  /** Groups that somebody opened, by their places: one that is fetched again is open still. @type {Set<string>} */
  #opened = new Set()
  #on = habit('fold', true)
  /** Rows were looked at up to this one. */
  #end = 0

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
  }

  get on() {
    return this.#on
  }

  /** Traces are folded from now on, or not. */
  toggleAll() {
    this.#on = !this.#on
    remember('fold', this.#on)
    this.#opened.clear()
    this.#groups.clear()
    this.#parts.view.redraw()
  }

  /** Whether a row is in a fold. @param {number} row */
  hides(row) {
    const group = this.#of(row)
    return group?.open === false && row > group.head + 1
  }

  /** What can be folded or unfolded at a row; its head may have more to open. @param {number} row @returns {Group | null} */
  at(row) {
    const group = this.#of(row)
    return group && group.open !== null ? group : null
  }

  /** A row was drawn. @param {number} row @param {HTMLElement} element */
  made(row, element) {
    const group = this.#of(row)
    if (!group || group.open === null || row !== group.head + 1) return
    const n = group.next - row - 1
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'more-lines'
    button.tabIndex = -1
    button.ariaExpanded = String(group.open)
    button.textContent = group.open ? words.close(n) : words.open(n)
    element.append(button)
  }

  /** @param {Group} group */
  toggle(group) {
    const { view } = this.#parts
    group.open = !group.open
    if (group.open) this.#opened.add(this.#key(group))
    else this.#opened.delete(this.#key(group))
    view.refresh(group.head, group.next)
    view.stay()
  }

  /** Makes a row visible. @param {number} row @returns {boolean} whether it was not */
  reveal(row) {
    const group = this.#of(row)
    if (!group || !this.hides(row)) return false
    this.toggle(group)
    return true
  }

  /** Before rows are drawn: the last group may have grown. At the live edge it folds then; what somebody reads stays as it is. */
  grow() {
    const { buffer, view } = this.#parts
    const from = this.#end
    this.#end = buffer.next
    if (from <= buffer.first || from >= buffer.next || !this.#goesOn(from)) return
    const before = this.#groups.get(from - 1)?.open
    const group = this.#of(from)
    if (!group || group.open === null || before === true) return
    if (before !== false && this.#folds(group) && view.atEnd && !view.held) group.open = false
    view.refresh(group.head, from)
  }

  // Private

  /** @param {Group} group */
  #key({ head }) {
    return lineKey(this.#parts.buffer.at(head))
  }

  /** @param {number} row */
  #goesOn(row) {
    const { buffer, filtered } = this.#parts
    return goesOn(buffer, row) && (!filtered() || adjoins(buffer, row))
  }

  /** @param {number} row @returns {Group | null} */
  #of(row) {
    const known = this.#groups.get(row)
    if (known !== undefined) return known
    let head = row
    while (row - head <= MOST && !this.#groups.has(head) && this.#goesOn(head)) head--
    const above = this.#groups.get(head)
    if (above === null || row - head > MOST) {
      this.#groups.set(row, null)
      return null
    }
    return this.#extend(above ?? { head, next: head + 1, open: null }, row)
  }

  /** @param {Group} group @param {number} row */
  #extend(group, row) {
    const { head } = group
    if (this.#orphan(head)) return null
    while (group.next - head <= MOST && this.#goesOn(group.next)) group.next++
    if (group.next === head + 1) return null
    for (let each = head; each < group.next; each++) this.#groups.set(each, group)
    if (row >= group.next) this.#groups.set(row, null)
    if (group.open === null && group.next - head > LEAST) group.open = !this.#folds(group) || this.#seen(group)
    this.#forget()
    return row < group.next ? group : null
  }

  /** Whether a row goes on with a line that is not here, or not yet. @param {number} row */
  #orphan(row) {
    const { buffer, view, filtered } = this.#parts
    const apart = row === buffer.first ? view.more.above : filtered() && !adjoins(buffer, row)
    return apart && mayGoOn(buffer, row)
  }

  /** @param {Group} group */
  #folds(group) {
    return this.#on && !this.#opened.has(this.#key(group))
  }

  /** Whether lines of it were drawn before it was known that they are. @param {Group} group */
  #seen(group) {
    for (let row = group.head + 1; row < group.next; row++) if (this.#parts.view.element(row)) return true
    return false
  }

  #forget() {
    if (this.#groups.size < REMEMBERED) return
    const { first, next } = this.#parts.buffer
    for (const row of this.#groups.keys()) if (row < first || row >= next) this.#groups.delete(row)
    if (this.#groups.size > REMEMBERED) this.#groups.clear()
  }
}
