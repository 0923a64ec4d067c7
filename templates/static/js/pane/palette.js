// Any log, or any command, by a few letters of its name: Ctrl+K, type, Enter. It is loaded when it is first asked for.

import { ask } from '../common/ask.js'
import { listAPI, logPage } from '../common/base.js'
import { looks } from '../common/looked.js'
import { palette as words } from './palettewords.js'
import { visible } from '../line/text.js'
import { shortAge } from '../common/words.js'
import { sought } from '../common/sought.js'

/** So many logs are shown; who wants another one writes more letters. */
const MOST = 50

/** @typedef {{ host: string, id: string, name: string, group: string, age_ms: number, state: string }} Entry */
/** @typedef {import('./commands.js').Command} Command */
/** @typedef {{ beside: (log: Entry) => void, commands: () => Command[], back: () => void }} Page beside opens a log beside the others; back takes the focus */

export class Palette {
  #root
  #input
  #list
  #said
  #page
  /** Whether it is asked for a log to be opened beside. */
  #besides = false
  /** @type {Command[]} */
  #commands = []
  /** @type {Entry[]} */
  #logs = []
  /** @type {(Entry | Command)[]} */
  #found = []
  #at = 0
  /** What is selected on the page: what is asked for may be about it. @type {Range | null} */
  #selected = null

  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    this.#root = root
    this.#page = page
    this.#input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#list = /** @type {HTMLElement} */ (root.querySelector('ul'))
    this.#said = /** @type {HTMLElement} */ (root.querySelector('output'))
    this.#input.addEventListener('input', () => this.#draw())
    root.addEventListener('keydown', (event) => this.#key(event))
    root.addEventListener('toggle', () => this.#left())
    this.#list.addEventListener('mousedown', (event) => event.preventDefault()) // the letters go on into the input
    this.#list.addEventListener('click', ({ target, ctrlKey, metaKey }) => {
      const row = target instanceof Element ? target.closest('li') : null
      if (row) this.#go(this.#found[[...this.#list.children].indexOf(row)], ctrlKey || metaKey)
    })
  }

  /** It was opened; letters may stand in it already. @param {boolean} besides it is asked for a log to be opened beside @param {Range | null} selected on the page */
  show(besides, selected) {
    this.#besides = besides
    this.#selected = selected
    this.#commands = besides ? [] : this.#page.commands()
    this.#input.placeholder = this.#input.ariaLabel = besides ? words.beside : words.any
    this.#draw()
    this.#ask()
  }

  // Private

  async #ask() {
    const { body, words: why } = await ask(listAPI)
    const chosen = this.#found[this.#at]
    if (body) this.#logs = body.logs ?? []
    // Enter does what is marked, whatever came between the two; but nobody marked a command that stood there since there were no logs yet.
    this.#draw(body ? words.none : why || words.away, chosen && 'act' in chosen && this.#at === 0 && this.#input.value === '' ? undefined : chosen)
  }

  /** @param {string} [none] @param {Entry | Command} [chosen] */
  #draw(none = this.#logs.length > 0 ? words.none : words.loading, chosen) {
    const text = this.#input.value.trim().toLowerCase()
    const wanted = sought(text)
    const logs = best(this.#logs, wanted)
    const shown = logs.slice(0, MOST)
    const commands = matching(this.#commands, text, wanted)
    this.#found = [...shown, ...commands]
    this.#at = chosen ? Math.max(0, this.#found.findIndex((one) => same(one, chosen))) : 0
    this.#list.replaceChildren(...this.#found.map(row))
    this.#said.textContent = [logs.length === 0 ? none : words.found(logs.length, shown.length), words.commands(commands.length)].filter(Boolean).join(', ')
    this.#mark()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key } = event
    if (event.isComposing) return
    const last = this.#found.length - 1
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key]
    if (step) this.#at = this.#at + step < 0 ? (step === -1 ? last : 0) : this.#at + step > last ? (step === 1 ? 0 : last) : this.#at + step
    else if (key === 'Enter') this.#go(this.#found[this.#at], event.ctrlKey || event.metaKey || event.shiftKey)
    else if (key === 'Escape') this.#close()
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

  /** It is closed; what had the focus before may be away, as a menu is. */
  #left() {
    const { activeElement } = document
    if (!this.#root.matches(':popover-open') && (activeElement === document.body || this.#root.contains(activeElement))) this.#page.back()
  }

  #close() {
    this.#root.hidePopover()
    if (this.#selected?.startContainer.isConnected) getSelection()?.setBaseAndExtent(this.#selected.startContainer, this.#selected.startOffset, this.#selected.endContainer, this.#selected.endOffset)
    this.#selected = null
  }

  /** @param {Entry | Command | undefined} found @param {boolean} beside */
  #go(found, beside) {
    if (!found) return
    this.#close()
    if ('act' in found) found.act()
    else if (beside || this.#besides) this.#page.beside(found)
    else location.assign(logPage(found))
  }
}

/** Logs that have all words somewhere; first those whose own name begins with them, then those that were open last. @param {Entry[]} logs @param {string[]} wanted */
function best(logs, wanted) {
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

/** Commands that have all words somewhere; first those that begin with the text, then those of which a word does. @param {Command[]} commands @param {string} text @param {string[]} wanted */
function matching(commands, text, wanted) {
  /** @param {Command} command */
  const rank = ({ words: said }) => (said.toLowerCase().startsWith(text) ? 2 : Number(said.toLowerCase().includes(` ${wanted[0]}`)))
  return commands.filter(({ words: said }) => wanted.every((word) => said.toLowerCase().includes(word))).sort((a, b) => rank(b) - rank(a))
}

/** @param {Entry | Command} a @param {Entry | Command} b */
function same(a, b) {
  return 'act' in a || 'act' in b ? a === b : a.host === b.host && a.id === b.id
}

/** @param {Entry | Command} found @param {number} i */
function row(found, i) {
  const row = document.createElement('li')
  row.role = 'option'
  row.id = `palette-${i}`
  if ('act' in found) fillCommand(row, found)
  else fillLog(row, found)
  return row
}

/** @param {HTMLElement} row @param {Entry} log */
function fillLog(row, log) {
  part(row, 'name').textContent = visible(log.name)
  part(row, 'where').textContent = visible(`${log.host}${log.group ? ` / ${log.group}` : ''}`)
  part(row, 'age').textContent = log.state === 'ok' ? shortAge(log.age_ms) : words.trouble
}

/** @param {HTMLElement} row @param {Command} command */
function fillCommand(row, { words: said, keys }) {
  row.className = 'command'
  part(row, 'does').textContent = said
  const by = part(row, 'by')
  for (const key of keys) by.append(Object.assign(document.createElement('kbd'), { textContent: key }), ' ')
}

/** @param {HTMLElement} row @param {string} kind */
function part(row, kind) {
  const part = row.appendChild(document.createElement('span'))
  part.className = kind
  return part
}
