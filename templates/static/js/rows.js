// The rows of the list: built once, then only their words change.

import { arrange, settle } from './arrange.js'
import { Entry, key } from './entry.js'
import { visible } from './text.js'

/** @typedef {import('./arrange.js').Host} Host */
/** @typedef {import('./entry.js').Log} Log */
/** @typedef {{ element: HTMLElement, head: HTMLElement, notes: HTMLElement, rows: HTMLElement }} Section */

export class Rows {
  #list
  /** @type {Map<string, Entry>} */
  #entries = new Map()
  /** @type {Map<string, Section>} */
  #sections = new Map()
  /** @type {Host[]} */
  #hosts = []
  /** @type {Map<string, Log>} */
  #logs = new Map()
  /** Where each log stood when it was put in its place. */
  #arranged = ''
  #filter = ''

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list
  }

  get size() {
    return this.#entries.size
  }

  get shown() {
    let n = 0
    for (const { element } of this.#entries.values()) if (!element.hidden) n++
    return n
  }

  /** Logs that came or went while the pointer was here: rows do not move under it. */
  get held() {
    let stay = 0
    for (const name of this.#logs.keys()) if (this.#entries.has(name)) stay++
    return this.#logs.size - stay + this.#entries.size - stay
  }

  /** @param {string} text */
  set filter(text) {
    this.#filter = text.trim().toLowerCase()
    this.#sift()
  }

  /** @param {{ hosts: Host[] | null, logs: Log[] | null }} answer */
  show({ hosts, logs }) {
    this.#hosts = hosts ?? []
    this.#logs = new Map((logs ?? []).map((log) => [key(log), log]))
    const away = this.#away()
    for (const [name, entry] of this.#entries) {
      const log = this.#logs.get(name)
      entry.show(log, log !== undefined && away.has(log.host))
    }
    if (!this.#list.matches(':hover')) this.arrange()
  }

  /** Puts every log in its place. */
  arrange() {
    const plan = arrange(this.#hosts, [...this.#logs.values()])
    const order = JSON.stringify(plan.map(({ name, title, notes, logs }) => [name, title, notes, logs.map(key)]))
    if (order === this.#arranged) return
    this.#arranged = order
    const before = { entries: this.#entries, sections: this.#sections, away: this.#away() }
    this.#entries = new Map()
    this.#sections = new Map()
    for (const { name, title, notes, logs } of plan) {
      const section = before.sections.get(name) ?? newSection()
      this.#sections.set(name, section)
      head(section, title, notes)
      settle(section.rows, logs.map((log) => {
        const entry = before.entries.get(key(log)) ?? new Entry(log)
        entry.show(log, before.away.has(log.host))
        this.#entries.set(key(log), entry)
        return entry.element
      }))
    }
    settle(this.#list, [...this.#sections.values()].map((section) => section.element))
    this.#sift()
  }

  /** The first log that passes the filter. */
  first() {
    return this.#links()[0]
  }

  /** Moves the focus by so many rows; false where there is none. @param {number} step */
  move(step) {
    const links = this.#links()
    const to = links[links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement)) + step]
    to?.focus()
    return to !== undefined
  }

  // Private

  #away() {
    return new Set(this.#hosts.filter((host) => host.state === 'away').map((host) => host.host))
  }

  /** @returns {HTMLAnchorElement[]} */
  #links() {
    return [...this.#list.querySelectorAll('li:not([hidden]) > a')].filter((link) => link instanceof HTMLAnchorElement)
  }

  #sift() {
    for (const entry of this.#entries.values()) {
      const hide = this.#filter !== '' && !entry.haystack.includes(this.#filter)
      if (entry.element.hidden !== hide) entry.element.hidden = hide
    }
    for (const { element, notes, rows } of this.#sections.values()) {
      const some = [...rows.children].some((row) => row instanceof HTMLElement && !row.hidden)
      notes.hidden = this.#filter !== '' || notes.childElementCount === 0
      element.hidden = notes.hidden && !some
    }
  }
}

/** @returns {Section} */
function newSection() {
  const [element, head, notes, rows] = ['section', 'h2', 'div', 'ul'].map((name) => document.createElement(name))
  notes.className = 'notes'
  element.append(head, notes, rows)
  return { element, head, notes, rows }
}

/** @param {Section} section @param {string} title @param {string[]} lines */
function head(section, title, lines) {
  section.head.textContent = visible(title)
  section.head.hidden = title === ''
  settle(section.notes, lines.map((line) => {
    const note = document.createElement('p')
    note.textContent = visible(line)
    return note
  }))
}
