// The rows of the list: one for each log, of which only those that are looked at are kept up to date. The order holds still
// while somebody points at a row.

import { arrange, settle } from './arrange.js'
import { key } from './book.js'
import { notesFor } from './notes.js'
import { Entry } from './entry.js'
import { habit, onHabit, remember } from '../common/habits.js'
import { looks, rememberLooks, unread } from '../common/looked.js'
import { sought } from '../common/sought.js'
import { visible } from '../line/text.js'

/** @typedef {import('./book.js').Book} Book */
/** @typedef {import('./arrange.js').Section} Plan */
/** @typedef {{ element: HTMLElement, head: HTMLElement, notes: HTMLElement, rows: HTMLElement, entries: Entry[] }} Section */

/** How often rows that are sorted by what changes all the time take new places. */
const SETTLE = 10_000
/** So many rows are made at once. The browser lays them out before the next ones, and a key or a click is not kept waiting. */
export const SLICE = 250
/** How far beyond the screen rows are kept ready. */
const AHEAD = '400px'

export class Rows {
  #list
  #book
  #changed
  /** @type {Map<string, Entry>} */
  #entries = new Map()
  /** @type {Map<Element, string>} */
  #names = new Map()
  /** @type {Map<string, Section>} */
  #sections = new Map()
  /** @type {Set<string>} rows on the screen */
  #seen = new Set()
  #observer = new IntersectionObserver((changes) => this.#look(changes), { rootMargin: AHEAD })
  #pins = new Set(habit('pins', /** @type {string[]} */ ([])))
  #looks = looks()
  /** Something about a look was found out that is not remembered yet. */
  #found = false
  /** Words that a log has to have in its name, group or host. @type {string[]} */
  #filter = []
  /** @type {import('./arrange.js').Sort} */
  #sort = 'group'
  #arranged = ''
  #settled = 0
  /** Where rows are to be, of which some are still to be made. @type {Plan[]} */
  #plan = []
  /** Those. @type {Set<string>} */
  #rest = new Set()
  /** Whether they all come below what is there. */
  #below = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** Logs came or went, or somebody pinned one: the order is another one. */
  #moved = false
  #touch = matchMedia('(pointer: coarse)')

  /** @param {HTMLElement} list @param {Book} book @param {() => void} [changed] told when rows came by themselves */
  constructor(list, book, changed = () => {}) {
    this.#list = list
    this.#book = book
    this.#changed = changed
    onHabit('pins', () => this.#repin(new Set(habit('pins', /** @type {string[]} */ ([])))))
    onHabit('looked', () => (this.#looks = looks()))
  }

  get size() {
    return this.#entries.size + this.#rest.size
  }

  /** Whether rows are still to be made. */
  get building() {
    return this.#rest.size > 0
  }

  get shown() {
    let n = 0
    for (const { element } of this.#entries.values()) if (!element.hidden) n++
    return n
  }

  /** Logs that came or went while the order held still; -1: only the order would be another one. */
  get held() {
    let stay = 0
    for (const name of this.#book.logs.keys()) if (this.#entries.has(name) || this.#rest.has(name)) stay++
    return this.#book.logs.size - stay + this.size - stay || (this.#moved ? -1 : 0)
  }

  /** @param {string} text */
  set filter(text) {
    this.#filter = sought(text)
    this.#sift()
  }

  /** @param {import('./arrange.js').Sort} sort */
  set sort(sort) {
    this.#sort = sort
    this.arrange()
  }

  /** What a message of the live list changed. @param {{ changed: Set<string>, moved: boolean }} news */
  show({ changed, moved }) {
    this.#moved ||= moved || (this.#sort !== 'group' && Date.now() - this.#settled >= SETTLE)
    if (moved) for (const name of this.#seen) this.#write(name)
    else for (const name of changed) if (this.#seen.has(name)) this.#write(name)
    this.calm()
  }

  /** Makes words and bars on the screen what they are now. */
  tick() {
    for (const name of this.#seen) this.#write(name)
    if (this.#found) rememberLooks(this.#looks)
    this.#found = false
  }

  /** Puts rows in their places unless somebody points at one. On a touch screen nobody can tell where the next touch will be. */
  calm() {
    if (this.#moved && !this.#still) this.arrange()
  }

  /** Puts every row in its place. Many new ones come in slices, from the top down. */
  arrange() {
    this.#moved = false
    this.#settled = Date.now()
    const plan = arrange(this.#book, this.#sort, this.#pins)
    const order = JSON.stringify(plan.map(({ name, title, notes, logs }) => [name, title, notes, logs.map(key)]))
    if (order === this.#arranged) return
    this.#arranged = order
    this.#plan = plan
    this.#rest = new Set(plan.flatMap(({ logs }) => logs.map(key)))
    this.#below = this.#entries.size === 0
    const before = this.#entries
    for (const name of before.keys()) this.#rest.delete(name)
    this.#slice()
    for (const [name, entry] of before) if (!this.#entries.has(name)) this.#drop(name, entry)
  }

  /** The first log that passes the filter. */
  first() {
    while (this.#rest.size > 0) this.#slice()
    return this.#links()[0]
  }

  /** Moves the focus by so many rows; false where there is none. @param {number} step */
  move(step) {
    const links = this.#links()
    const now = links.findIndex((link) => link.parentElement?.contains(document.activeElement))
    const to = links[now + step]
    to?.focus()
    return to !== undefined
  }

  /** Pins the row that an element is in, or no longer. @param {Element | null} element */
  pin(element) {
    const name = this.#names.get(element?.closest('li') ?? this.#list)
    if (name === undefined) return
    const pins = new Set(this.#pins)
    if (!pins.delete(name)) pins.add(name)
    remember('pins', [...pins])
    this.#repin(pins)
  }

  /** The log in whose row an element is, and the row. @param {Element} element */
  of(element) {
    const name = this.#names.get(element.closest('li') ?? this.#list) ?? ''
    return { log: this.#book.logs.get(name), entry: this.#entries.get(name) }
  }

  // Private

  /** Whether rows must not take other places now. */
  get #still() {
    return this.#list.matches(':hover') || this.#list.contains(document.activeElement) || (this.#touch.matches && this.#entries.size > 0)
  }

  /** Makes the next rows, and puts all that there are in their places. */
  #slice() {
    clearTimeout(this.#timer)
    const before = this.#entries
    const sections = this.#sections
    this.#entries = new Map()
    this.#sections = new Map()
    let room = SLICE
    for (const part of this.#plan) {
      const logs = part.logs.filter((log) => before.has(key(log)) || (room > 0 && room--))
      if (room === 0 && logs.length === 0 && !sections.has(part.name)) continue // its place is below rows that are still to come
      this.#place(sections.get(part.name) ?? newSection(this.#sections.size), { ...part, logs }, before)
    }
    settle(this.#list, [...this.#sections.values()].map((section) => section.element))
    this.#sift()
    if (this.#rest.size > 0) this.#timer = setTimeout(() => this.#goOn())
  }

  /** The rest comes in a task of its own, unless that would move what somebody has begun to point at. */
  #goOn() {
    if (this.#below || !this.#still) this.#slice()
    else {
      this.#rest.clear()
      this.#arranged = ''
      this.#moved = true
    }
    this.#changed()
  }

  /** @param {Set<string>} pins */
  #repin(pins) {
    this.#pins = pins
    this.#moved = true
    for (const name of this.#seen) this.#write(name)
    this.calm()
  }

  /** @param {Section} section @param {Plan} plan @param {Map<string, Entry>} before */
  #place(section, { name, title, notes, logs, placed }, before) {
    this.#sections.set(name, section)
    section.head.textContent = visible(title)
    section.head.hidden = title === ''
    settle(section.notes, notesFor(section.notes, notes))
    section.entries = logs.map((log) => {
      const name = key(log)
      const entry = before.get(name) ?? this.#make(name, log)
      entry.place = placed
      this.#entries.set(name, entry)
      return entry
    })
    settle(section.rows, section.entries.map((entry) => entry.element))
  }

  /** @param {string} name @param {import('./book.js').Log} log */
  #make(name, log) {
    const entry = new Entry(log)
    this.#rest.delete(name)
    this.#names.set(entry.element, name)
    this.#observer.observe(entry.element)
    return entry
  }

  /** @param {string} name @param {Entry} entry */
  #drop(name, entry) {
    this.#observer.unobserve(entry.element)
    this.#names.delete(entry.element)
    this.#seen.delete(name)
  }

  /** @param {IntersectionObserverEntry[]} changes */
  #look(changes) {
    for (const { target, isIntersecting } of changes) {
      const name = this.#names.get(target)
      if (name === undefined) continue
      if (!isIntersecting) this.#seen.delete(name)
      else {
        this.#seen.add(name)
        this.#write(name)
      }
    }
  }

  /** @param {string} name */
  #write(name) {
    const log = this.#book.logs.get(name)
    const away = log !== undefined && this.#book.hosts.get(log.host)?.state === 'away'
    const look = this.#looks[name]
    const before = look?.size
    const news = log?.state === 'ok' ? unread(look, log, (since) => this.#book.grew(log, since)) : 0
    this.#found ||= look?.size !== before
    this.#entries.get(name)?.show(log, { away, pinned: this.#pins.has(name), unread: news, admin: 'admin' in this.#list.dataset })
  }

  /** @returns {HTMLAnchorElement[]} */
  #links() {
    return [...this.#list.querySelectorAll('li:not([hidden]) > a')].filter((link) => link instanceof HTMLAnchorElement)
  }

  #sift() {
    for (const { element, notes, entries } of this.#sections.values()) {
      let some = false
      for (const { haystack, element: row } of entries) {
        const hide = !this.#filter.every((word) => haystack.includes(word))
        if (row.hidden !== hide) row.hidden = hide
        some ||= !hide
      }
      notes.hidden = this.#filter.length > 0 || notes.childElementCount === 0
      element.hidden = notes.hidden && !some
    }
  }
}

/** @param {number} n @returns {Section} */
function newSection(n) {
  const [element, head, notes, rows] = ['section', 'h2', 'div', 'ul'].map((name) => document.createElement(name))
  notes.className = 'notes'
  head.id = `section-${n}-${Date.now()}`
  rows.setAttribute('aria-labelledby', head.id)
  rows.setAttribute('role', 'list') // else a list without bullets is none for Safari
  element.append(head, notes, rows)
  return { element, head, notes, rows, entries: [] }
}
