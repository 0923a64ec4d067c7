// What one does with a line, connected: the keys go to it, its fields open below it and stand in columns, its trace is folded, what it
// has is in colours.

import { Columns } from './columns.js'
import { Cursor } from './cursor.js'
import { Errors } from '../view/errors.js'
import { Folds } from './folds.js'
import { habit } from '../common/habits.js'
import { makeRow } from '../line/row.js'
import { Highlights } from '../find/highlights.js'
import { columns, fields as words, folds, times } from '../line/linewords.js'
import { zoneName } from '../common/time.js'
import { view as viewWords } from '../common/words.js'

/** So long it is said why something is not done, in ms. */
const SAID = 5000

export class Reading {
  errors = new Errors()
  #pane
  /** What had the focus in the log: its row may go. @type {Element | null} */
  #focused = null

  /** @param {import('../pane/pane.js').Pane} pane @param {() => void} changed what is looked at is another: the address says it */
  constructor(pane, changed) {
    this.#pane = pane
    const { buffer, view, scroller, extent } = pane
    extent.placed = (frame, shift) => this.errors.came(frame, shift)
    this.folds = new Folds({ buffer, view, filtered: () => pane.reader.filter !== undefined })
    this.times = pane.later(() => import('./times.js').then(({ Times }) => new Times(pane)))
    const look = () => {
      view.redraw()
      changed()
    }
    this.highlights = new Highlights(pane.part('highlight'), pane.part('highlighted'), look, () => pane.focus())
    this.columns = new Columns(pane, look)
    pane.part('only').addEventListener('click', () => this.#only())
    pane.part('highlight-button').addEventListener('click', () => this.#highlight())
    this.cursor = new Cursor({ buffer, view, scroller, passes: (row) => buffer.marker(row) !== undefined || this.folds.hides(row) })
    const acts = [this.#filters('=', false), this.#filters('≠', true), this.#column]
    this.opened = pane.later(() => import('./opened.js').then(({ Opened }) => new Opened({ buffer, view, acts })))
    this.#zone()
    pane.part('traces').addEventListener('click', () => this.#foldAll())
    scroller.addEventListener('click', ({ target }) => target instanceof Element && this.#click(target))
    scroller.addEventListener('focusin', ({ target }) => (this.#focused = target instanceof Element ? target : null))
    this.#say()
  }

  /** @param {number} row */
  make(row) {
    const { buffer, marks } = this.#pane
    if (this.folds.hides(row) || marks.past(buffer.marker(row))) return hidden()
    const element = makeRow(buffer, row, [...this.#pane.finding.marks, ...this.highlights.marks])
    if (element.firstElementChild?.className === 'chevron') this.#pane.root.classList.add('fielded') // the gutter gets wider, and stays so
    const place = element.classList.contains('error') ? buffer.at(row)?.place : undefined
    if (place !== undefined) this.errors.saw(place)
    this.columns.made(row, element)
    this.times.now?.made(row, element)
    this.folds.made(row, element)
    this.opened.now?.made(row, element)
    this.cursor.made(row, element)
    return element
  }

  /** Before the rows are drawn. */
  grow() {
    this.folds.grow()
  }

  /** After the rows were drawn. */
  painted() {
    this.cursor.painted()
    this.#refocus()
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  key(event) {
    const { key, target } = event
    if (event.ctrlKey || event.altKey || event.metaKey || !(target instanceof Element)) return false
    if (this.opened.now?.key(target, key)) return true
    if (key === 'j' || key === 'k') this.#move(key === 'j' ? 1 : -1)
    else if (key === 'Enter' && target === this.#pane.scroller && this.cursor.row !== null) this.#enter(this.cursor.row)
    else if (key === 'z') this.#foldAll()
    else if (key === 'T') this.times.ask((it) => it.next())
    else if (key === 'h') this.#highlight()
    else if (key === 'c') this.#only()
    else if (key === 'Escape') return this.#back(target)
    else return false
    return true
  }

  // Private

  /** The button says the zone also where nobody wants a column of times. */
  #zone() {
    const button = this.#pane.part('zone')
    button.textContent = viewWords.zone(zoneName(new Date()))
    button.title = times.title
    for (const each of [button, this.#pane.part('times')]) each.addEventListener('click', () => this.times.ask((it) => it.next()))
    if (habit('times', 'off') !== 'off') this.times.ask(() => this.#pane.view.redraw())
  }

  /** The keys stay in the log when what had the focus is gone with its row. */
  #refocus() {
    const before = this.#focused
    if (!before || before.isConnected) return
    this.#focused = null
    if (document.activeElement !== document.body) return
    const again = before.matches('.below button') && [...this.#pane.scroller.querySelectorAll('.below button')].find(({ ariaLabel }) => ariaLabel === before.ariaLabel)
    if (again instanceof HTMLElement) again.focus({ preventScroll: true })
    else this.#pane.focus()
  }

  /** @param {1 | -1} step */
  #move(step) {
    const { scroller } = this.#pane
    if (document.activeElement !== scroller) this.#pane.focus()
    this.cursor.move(step)
  }

  /** By the mouse: the keys are at the line too. @param {Element} target */
  #click(target) {
    if (!target.matches('.chevron, .more-lines')) return
    const row = (this.cursor.row = rowOf(target))
    const group = target.matches('.chevron') ? null : this.folds.at(row)
    if (group) this.folds.toggle(group)
    else this.opened.ask((it) => it.toggle(row, false))
    this.#refocus()
  }

  /** Opens what there is to a line: its fields, or else the fold that it is in. @param {number} row */
  #enter(row) {
    const group = this.folds.at(row)
    if (!group || (row === group.head && this.#pane.view.element(row)?.querySelector('.chevron'))) return this.opened.ask((it) => it.toggle(row, true))
    if (row > group.head + 1) this.cursor.row = group.head + 1
    this.folds.toggle(group)
    this.#pane.view.reveal(this.cursor.row ?? group.head)
  }

  #foldAll() {
    this.folds.toggleAll()
    this.#say()
  }

  #say() {
    const button = this.#pane.part('traces')
    button.textContent = folds.all(this.folds.on)
    button.ariaPressed = String(this.folds.on)
  }

  /** From the table to the line, and from the line to the log. @param {Element} target @returns {boolean} whether there was something to leave */
  #back(target) {
    const { view, scroller } = this.#pane
    const row = scroller.contains(target) && target !== scroller ? rowOf(target) : this.cursor.row
    if (row === null) return false
    if (target !== scroller) this.#pane.focus()
    if (this.opened.now?.close(row)) return true
    this.cursor.row = null
    view.goOn()
    return true
  }

  /** What is selected, or is asked for. */
  #highlight() {
    const selected = getSelection()
    this.highlights.show(this.#pane.scroller.contains(selected?.anchorNode ?? null) ? String(selected) : '')
  }

  /** Columns without the lines beside them, or with them. */
  #only() {
    if (this.columns.names.length > 0) this.columns.only = !this.columns.only
    else this.#pane.say(columns.none, SAID)
  }

  /** @returns {import('./fieldtable.js').Act} */
  get #column() {
    return {
      sign: '▥',
      label: ({ name }) => columns.act(name),
      on: ({ name }) => this.columns.names.includes(name),
      act: ({ name }) => this.columns.toggle(name),
      long: true,
    }
  }

  /** @param {string} sign @param {boolean} not @returns {import('./fieldtable.js').Act} */
  #filters(sign, not) {
    return {
      sign,
      label: ({ name, value }) => words.act(name, value, not),
      on: ({ name, value }) => this.#pane.finding.filter.choice.fields.some((one) => one.name === name && one.value === value && one.not === not),
      act: ({ name, value }) => this.#pane.finding.filter.field({ name, value, not }),
    }
  }
}

/** @param {Element} element */
function rowOf(element) {
  return Number(/** @type {HTMLElement} */ (element.closest('.row')).dataset.n)
}

/** A row that is folded away. */
function hidden() {
  const element = document.createElement('div')
  element.className = 'row'
  element.hidden = true
  return element
}
