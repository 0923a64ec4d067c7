// One row of the list, whose words change in place.

import { logPage } from './base.js'
import { visible } from './text.js'
import { age, bytes, list as words, logStates, rate } from './words.js'

/**
 * @typedef {object} Log
 * @property {string} host
 * @property {string} id
 * @property {string} name
 * @property {string} group
 * @property {number} size
 * @property {number} age_ms -1: unknown
 * @property {number} rate bytes a second
 * @property {'ok' | 'missing' | 'unreadable' | 'refused'} state
 * @property {string} [why]
 * @property {number} tails
 */

const FRESH = 60_000
const SIGNS = { fresh: '●', quiet: '○', missing: '◌', away: '◌', unreadable: '×', refused: '×', gone: '◌' }

/** @param {Log} log */
export function key({ host, id }) {
  return `${host} ${id}`
}

export class Entry {
  element = document.createElement('li')
  /** What the filter looks at. */
  haystack
  #link = document.createElement('a')
  #parts = { sign: part('sign'), name: part('name'), age: part('age'), size: part('size'), rate: part('rate'), why: part('why') }

  /** @param {Log} log */
  constructor(log) {
    this.haystack = `${log.host} / ${log.group} / ${log.name} ${log.id}`.toLowerCase()
    this.#link.href = logPage(log)
    this.#parts.sign.ariaHidden = 'true'
    this.#link.append(...Object.values(this.#parts))
    this.element.append(this.#link)
    this.#write('name', visible(log.name))
    this.#parts.name.title = visible(log.name)
  }

  /** @param {Log | undefined} log undefined: it is no longer announced @param {boolean} away */
  show(log, away) {
    const kind = !log ? 'gone' : log.state !== 'ok' ? log.state : away ? 'away' : log.age_ms >= 0 && log.age_ms < FRESH ? 'fresh' : 'quiet'
    if (this.element.className !== kind) this.element.className = kind
    this.#write('sign', SIGNS[kind] ?? SIGNS.quiet)
    this.#write('why', log ? why(log) : words.gone)
    if (!log) return
    this.#write('rate', away ? '' : rate(log.rate))
    this.#write('age', log.state === 'ok' ? age(log.age_ms) : '')
    this.#write('size', log.state === 'ok' ? bytes(log.size) : '')
  }

  /** @param {"sign" | "name" | "why" | "rate" | "age" | "size"} name @param {string} text */
  #write(name, text) {
    const element = this.#parts[name]
    if (element.textContent !== text) element.textContent = text
  }
}

/** @param {Log} log */
function why(log) {
  if (log.state !== 'ok') return visible(log.why || logStates[log.state] || log.state)
  return log.tails > 0 ? words.tails(log.tails) : ''
}

/** @param {string} name */
function part(name) {
  const element = document.createElement('span')
  element.className = name
  return element
}
