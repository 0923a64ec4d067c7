// The rail: the logs that there are, beside the one that is read.

import { ask } from '../common/ask.js'
import { listAPI, logPage } from '../common/base.js'
import { habit, remember } from '../common/habits.js'
import { ringOf } from '../common/ring.js'
import { Spark } from '../common/spark.js'
import { visible } from '../line/text.js'
import { shortAge, rail as words } from '../common/words.js'
import { sought } from '../common/sought.js'

/** The list is asked for again after so long while it is to be seen, in ms. */
const AGAIN = 10_000
/** On a narrow page the rail is a sheet, and closed at first. */
const NARROW = '(max-width: 640px)'

/** @typedef {{ host: string, id: string, name: string, group: string, age_ms: number, state: string, ring?: string }} Entry */

export class Rail {
  #root
  #list
  #filter
  #beside
  #here
  /** @type {Entry[]} */
  #logs = []
  #asked = 0
  /** Bars are drawn when they are to be seen: there may be thousands. @type {WeakMap<Element, Uint8Array>} */
  #rings = new WeakMap()
  #seen = new IntersectionObserver((rows) => rows.forEach(({ target, isIntersecting }) => isIntersecting && this.#show(target)))

  /**
   * @param {HTMLElement} root @param {{ host: string, id: string }} here the log that the page is of
   * @param {(log: Entry) => void} beside opens one beside it
   */
  constructor(root, here, beside) {
    this.#root = root
    this.#here = here
    this.#beside = beside
    this.#filter = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    this.#list = /** @type {HTMLElement} */ (root.querySelector('ul'))
    this.#filter.addEventListener('input', () => this.#draw())
    root.addEventListener('keydown', (event) => this.#key(event))
    if (habit('rail', false) && !matchMedia(NARROW).matches) this.toggle(true)
  }

  get open() {
    return !this.#root.hidden
  }

  /** @param {boolean} open */
  toggle(open) {
    this.#root.hidden = !open
    if (!matchMedia(NARROW).matches) remember('rail', open)
    if (open) this.#ask()
  }

  eachSecond() {
    if (this.open && !document.hidden && Date.now() - this.#asked > AGAIN) this.#ask()
  }

  // Private

  async #ask() {
    this.#asked = Date.now()
    const { body, words: why } = await ask(listAPI)
    if (body) this.#logs = body.logs ?? []
    this.#draw(body ? '' : why || words.away)
  }

  #draw(trouble = '') {
    const wanted = sought(this.#filter.value)
    const pins = habit('pins', /** @type {string[]} */ ([]))
    /** @param {Entry} log */
    const pinned = ({ host, id }) => pins.includes(`${host} ${id}`)
    const logs = this.#logs.filter(({ host, name, group }) => wanted.every((word) => `${host} ${group} ${name}`.toLowerCase().includes(word)))
      .sort((a, b) => Number(pinned(b)) - Number(pinned(a)) || compare(a.host, b.host) || compare(a.group, b.group) || compare(a.name, b.name))
    const focused = document.activeElement instanceof HTMLElement && this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined
    this.#seen.disconnect()
    let under = ''
    const rows = []
    for (const log of logs) {
      const title = pinned(log) ? words.pinned : where(log)
      if (title !== under) rows.push(heading(title))
      under = title
      rows.push(this.#row(log))
    }
    if (rows.length === 0) rows.push(heading(trouble || (wanted.length > 0 ? words.none : words.loading)))
    this.#list.replaceChildren(...rows)
    if (focused) [...this.#list.querySelectorAll('a')].find(({ dataset }) => dataset.key === focused)?.focus()
  }

  /** @param {Entry} log */
  #row(log) {
    const row = document.createElement('li')
    const link = document.createElement('a')
    link.href = logPage(log)
    link.title = visible(`${where(log)} / ${log.name}`)
    link.dataset.key = `${log.host}/${log.id}`
    if (log.host === this.#here.host && log.id === this.#here.id) link.ariaCurrent = 'page'
    const name = document.createElement('span')
    name.textContent = visible(log.name)
    const when = document.createElement('span')
    when.className = 'age'
    when.textContent = log.state === 'ok' ? shortAge(log.age_ms) : words.trouble
    link.append(name, when)
    const ring = ringOf(log.ring)
    if (ring && log.state === 'ok') {
      this.#rings.set(link, ring)
      this.#seen.observe(link)
    }
    const beside = document.createElement('button')
    beside.type = 'button'
    beside.className = 'quiet'
    beside.textContent = '+'
    beside.title = words.beside
    beside.ariaLabel = `${words.beside}: ${visible(log.name)}`
    beside.addEventListener('click', () => this.#beside(log))
    row.append(link, beside)
    return row
  }

  /** @param {Element} link */
  #show(link) {
    const ring = this.#rings.get(link)
    if (!ring) return
    this.#seen.unobserve(link)
    const spark = new Spark()
    spark.show(ring)
    link.lastElementChild?.before(spark.element)
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const links = [...this.#list.querySelectorAll('a')]
    const at = links.findIndex((link) => link === document.activeElement)
    if (event.key === 'ArrowDown') links[Math.min(links.length - 1, at + 1)]?.focus()
    else if (event.key === 'ArrowUp') (at > 0 ? links[at - 1] : this.#filter).focus()
    else if (event.key === 'Enter' && at < 0) links[0]?.click()
    else if (event.key === 'Escape') this.toggle(false)
    else return
    event.preventDefault()
  }
}

/** @param {Entry} log */
function where({ host, group }) {
  return `${host}${group ? ` / ${group}` : ''}`
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

/** @param {string} text */
function heading(text) {
  const row = document.createElement('li')
  row.className = 'group'
  row.textContent = visible(text)
  return row
}
