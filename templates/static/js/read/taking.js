// Taking lines away: those that are picked, or selected by the mouse, as text, as words for a chat, as a link, as a file.

import { query } from '../find/address.js'
import { downloadAPI, logPage } from '../common/base.js'
import { cleanLines, selectedText } from '../line/clean.js'
import { toClipboard } from '../common/clipboard.js'
import { zoneName } from '../common/time.js'
import { Picked } from './picked.js'
import { fetchLines } from '../window/fetched.js'
import { visible } from '../line/text.js'
import { filterWords, taking as words } from '../common/words.js'
import { hide, write } from '../common/write.js'

/** So long the status line says what was copied, in ms. */
const SAID = 5000

/** Text that has a fence in it needs a longer one around it. */
const TICK = '\u0060'
const TICKS = /\u0060+/g

export class Taking {
  #pane
  #said = ''
  /** Text that was fetched, but which the browser did not let us copy any more. */
  #ready = ''
  /** What passes of a download of all, as it was last said; null: not yet. @type {object | null | undefined} */
  #passes = null

  /** @param {import('../pane/pane.js').Pane} pane @param {() => void} changed the address says what is picked */
  constructor(pane, changed) {
    this.#pane = pane
    this.picked = new Picked(pane, () => {
      this.#said = this.#ready = ''
      changed()
      pane.view.changed()
    })
    const root = pane.part('taking')
    root.addEventListener('mousedown', (event) => event.preventDefault()) // what is selected stays so
    /** @param {string} name @param {() => void} act */
    const on = (name, act) => root.querySelector(`[data-taking="${name}"]`)?.addEventListener('click', act)
    on('copy', () => this.#copy((text) => text))
    on('chat', () => this.#copy((text) => this.#forChat(text)))
    on('link', () => this.#put(this.link, words.linkCopied))
    on('clear', () => this.picked.clear())
    pane.root.addEventListener('copy', (event) => this.#copied(event))
  }

  /** After the rows were drawn. */
  painted() {
    this.picked.painted()
    this.#all()
    const root = this.#pane.part('taking')
    const { count, until, over } = this.picked
    const lines = this.picked.lines ?? over
    hide(root, !lines)
    if (!lines) return
    write(/** @type {HTMLElement} */ (root.querySelector('[data-taking="count"]')), this.#said || (over ? words.selected : words.picked(count)))
    const file = /** @type {HTMLAnchorElement} */ (root.querySelector('[data-taking="file"]'))
    file.hidden = until === '' || over !== null
    file.href = this.#address({ from: lines.from, until })
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  key(event) {
    const { key, target } = event
    const all = (event.ctrlKey || event.metaKey) && !event.altKey && key === 'a' && target === this.#pane.scroller
    if (all) this.picked.all()
    else if (event.ctrlKey || event.altKey || event.metaKey) return false
    else if (key === 'J' || key === 'K') this.picked.extend(key === 'J' ? 1 : -1)
    else if (key === 'y') this.#copy((text) => text)
    else if (key === 'Y') this.#copy((text) => this.#forChat(text))
    else if (key === 'Escape' && this.picked.lines) this.picked.clear()
    else return false
    return true
  }

  /** Of the lines that are picked, or else of what is looked at. */
  get link() {
    const { log, finding } = this.#pane
    const line = this.picked.over ?? this.picked.lines
    const { choice } = finding
    const at = line ? { choice, term: null, at: '', line, beside: [] } : { ...this.#pane.looked, choice }
    return new URL(logPage(log) + query(at), location.href).href
  }

  // Private

  /** All of the log as a file, from its first byte there is, whether it is on this page or not. */
  #all() {
    const { filter } = this.#pane.reader
    if (filter === this.#passes) return
    this.#passes = filter
    const all = /** @type {HTMLAnchorElement} */ (this.#pane.part('download'))
    all.textContent = words.all(filter !== undefined)
    all.href = this.#address()
  }

  /** Of a download: what the filter that is in force passes of it. @param {Record<string, string>} [range] */
  #address(range) {
    const { reader, log } = this.#pane
    const search = new URLSearchParams({ ...range, ...(reader.filter && { filter: JSON.stringify(reader.filter) }) })
    return `${downloadAPI(log)}${search.size > 0 ? `?${search}` : ''}`
  }

  /** The browser's own copy: what is selected, or else picked. @param {ClipboardEvent} event */
  #copied(event) {
    const { scroller, buffer } = this.#pane
    if (event.target instanceof Element && event.target.closest('input, textarea, .whole')) return
    const selected = selectedText(scroller, buffer)
    const rows = this.picked.rows
    if (!selected && !this.picked.marked) return
    event.preventDefault()
    if (!selected && !rows) return void this.#copy((text) => text)
    const lines = selected ? selected.split('\n') : rows ? cleanLines(buffer, rows.from, rows.to) : []
    event.clipboardData?.setData('text/plain', lines.join('\n'))
    this.#say(words.copied(lines.length))
  }

  /** @param {(text: string) => string} dress */
  async #copy(dress) {
    const { buffer, scroller } = this.#pane
    const selected = this.picked.marked ? '' : selectedText(scroller, buffer)
    if (!selected) this.picked.cursor()
    const { lines, rows } = this.picked
    if (!selected && !lines) return this.#pane.say(words.nothing, SAID)
    const text = this.#ready || selected || (rows ? cleanLines(buffer, rows.from, rows.to).join('\n') : await this.#fetch())
    if (text === null) return
    const n = text.split('\n').length
    if (await this.#put(dress(text), words.copied(n))) this.#ready = ''
    else if (!selected && !rows) {
      this.#ready = text
      this.#say(words.ready(n))
    }
  }

  /** Lines that the page let go of. @returns {Promise<string | null>} */
  async #fetch() {
    const { tail, reader } = this.#pane
    const { lines } = this.picked
    if (!lines) return null
    this.#say(words.fetching)
    const { text, why } = await fetchLines(tail.questions, lines, reader.filter)
    if (this.picked.lines !== lines) return null // others are picked now
    if (text === null) this.#say(why)
    return text
  }

  /** @param {string} text @param {string} done @returns {Promise<boolean>} */
  async #put(text, done) {
    const copied = await toClipboard(text)
    this.#say(copied ? done : words.forbidden)
    return copied
  }

  /** Said in the strip, or where there is none, in the status line. @param {string} text */
  #say(text) {
    this.#said = text
    const { view } = this.#pane
    view.changed()
    if (this.#pane.part('taking').hidden) this.#pane.say(text, SAID)
  }

  /** @param {string} text */
  #forChat(text) {
    const { log, finding } = this.#pane
    const longest = Math.max(2, ...(text.match(TICKS) ?? []).map((run) => run.length))
    const fence = TICK.repeat(longest + 1)
    const filter = filterWords(finding.choice)
    const head = [`${visible(log.host)} / ${visible(log.name)}`, zoneName(), ...(filter ? [filter] : [])].join(' · ')
    return [head, this.link, fence, text, fence, ''].join('\n')
  }
}
