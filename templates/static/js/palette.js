// Any log, by a few letters of its name: Ctrl+K, type, Enter. It is loaded when it is first asked for.

import { ask } from './ask.js'
import { listAPI, logPage } from './base.js'
import { looks } from './looked.js'
import { visible } from './text.js'
import { age, palette as words } from './words.js'

/** So many are shown; who wants another one writes more letters. */
const MOST = 50

/** @typedef {{ host: string, id: string, name: string, group: string, age_ms: number, state: string }} Entry */

export class Palette {
  #root
  #input
  #list
  #said
  #beside
  /** @type {Entry[]} */
  #logs = []
  /** @type {Entry[]} */
  #found = []
  #at = 0

  /** @param {HTMLElement} root @param {(log: Entry) => void} beside opens one beside the others */
  constructor(root, beside) {
    this.#root = root
    this.#beside = beside
    this.#input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#list = /** @type {HTMLElement} */ (root.querySelector('ul'))
    this.#said = /** @type {HTMLElement} */ (root.querySelector('output'))
    this.#input.addEventListener('input', () => this.#draw())
    root.addEventListener('keydown', (event) => this.#key(event))
    this.#list.addEventListener('mousedown', (event) => event.preventDefault()) // the letters go on into the input
    this.#list.addEventListener('click', ({ target, ctrlKey, metaKey }) => {
      const row = target instanceof Element ? target.closest('li') : null
      if (row) this.#go(this.#found[[...this.#list.children].indexOf(row)], ctrlKey || metaKey)
    })
  }

  toggle() {
    if (this.#root.matches(':popover-open')) return this.#root.hidePopover()
    this.#input.value = ''
    this.#root.showPopover()
    this.#input.focus()
    this.#draw()
    this.#ask()
  }

  // Private

  async #ask() {
    const { body, words: why } = await ask(listAPI)
    if (body) this.#logs = body.logs ?? []
    this.#draw(body ? words.none : why || words.away)
  }

  #draw(none = this.#logs.length > 0 ? words.none : words.loading) {
    const all = best(this.#logs, this.#input.value)
    this.#found = all.slice(0, MOST)
    this.#at = 0
    this.#list.replaceChildren(...this.#found.map(row))
    this.#said.textContent = all.length === 0 ? none : words.found(all.length, this.#found.length)
    this.#mark()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key } = event
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key]
    if (step) this.#at = Math.min(this.#found.length - 1, Math.max(0, this.#at + step))
    else if (key === 'Enter') this.#go(this.#found[this.#at], event.ctrlKey || event.metaKey || event.shiftKey)
    else return
    event.preventDefault()
    this.#mark()
  }

  #mark() {
    const rows = [...this.#list.children]
    rows.forEach((row, i) => (row.ariaSelected = String(i === this.#at)))
    rows[this.#at]?.scrollIntoView({ block: 'nearest' })
    this.#input.setAttribute('aria-activedescendant', rows[this.#at]?.id ?? '')
  }

  /** @param {Entry | undefined} log @param {boolean} beside */
  #go(log, beside) {
    if (!log) return
    this.#root.hidePopover()
    if (beside) this.#beside(log)
    else location.assign(logPage(log))
  }
}

/** Logs that have all words somewhere; first those whose own name begins with them, then those that were open last. @param {Entry[]} logs @param {string} text */
function best(logs, text) {
  const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const seen = looks()
  /** @param {Entry} log */
  const rank = ({ host, id, name }) => {
    const own = name.slice(name.lastIndexOf('/') + 1).toLowerCase()
    const begins = wanted.length > 0 && own.startsWith(wanted[0]) ? 2 : wanted.length > 0 && own.includes(wanted[0]) ? 1 : 0
    return { begins, at: seen[`${host} ${id}`]?.at ?? 0, own }
  }
  return logs.filter(({ host, group, name }) => wanted.every((word) => `${host} ${group} ${name}`.toLowerCase().includes(word)))
    .map((log) => ({ log, ...rank(log) }))
    .sort((a, b) => b.begins - a.begins || b.at - a.at || (a.own < b.own ? -1 : a.own > b.own ? 1 : 0))
    .map(({ log }) => log)
}

/** @param {Entry} log @param {number} i */
function row(log, i) {
  const row = document.createElement('li')
  row.role = 'option'
  row.id = `palette-${i}`
  const [name, where, when] = ['name', 'where', 'age'].map((kind) => {
    const part = row.appendChild(document.createElement('span'))
    part.className = kind
    return part
  })
  name.textContent = visible(log.name)
  where.textContent = visible(`${log.host}${log.group ? ` / ${log.group}` : ''}`)
  when.textContent = log.state === 'ok' ? age(log.age_ms).replace('silent for ', '') : words.trouble
  return row
}
