// One row of the list. Until it is looked at it is its name and its link; its words and bars then change in place.

import { logPage } from './base.js'
import { Spark } from './spark.js'
import { visible } from './text.js'
import { age, bytes, list as words, logStates, rate } from './words.js'

/** @typedef {import('./book.js').Log} Log */
/** @typedef {{ away: boolean, pinned: boolean, unread: number }} About what else a row shows */
/** @typedef {'sign' | 'where' | 'name' | 'rate' | 'age' | 'size' | 'why' | 'full'} Part */

const FRESH = 60_000
/** A log that is quiet for so long makes one wonder how it usually is. */
const SILENT = 10 * 60_000
const SIGNS = { fresh: '●', quiet: '○', missing: '◌', away: '◌', unreadable: '×', refused: '×', gone: '◌' }

export class Entry {
  element = document.createElement('li')
  link = document.createElement('a')
  pin = document.createElement('button')
  /** What the filter looks at. */
  haystack
  #spark = new Spark()
  /** @type {Record<string, HTMLElement>} */
  #parts = { sign: part('sign'), name: part('name') }
  #where = ''

  /** @param {Log} log */
  constructor(log) {
    this.haystack = `${log.host} / ${log.group} / ${log.name} ${log.id}`.toLowerCase()
    this.#where = [log.host, log.group].filter(Boolean).join(' / ')
    this.link.href = logPage(log)
    this.#parts.sign.ariaHidden = 'true'
    this.#write('name', visible(log.name))
    this.link.append(this.#parts.sign, this.#parts.name)
    this.element.append(this.link)
  }

  /** Where the log is: said by the row itself where no heading does. @param {boolean} here */
  set place(here) {
    const { where } = this.#parts
    if (!here) where?.remove()
    else if (!where) {
      this.#parts.where = part('where')
      this.#write('where', visible(this.#where))
    }
    if (here && !this.#parts.where.isConnected) this.#parts.name.before(this.#parts.where)
    this.element.classList.toggle('placed', here)
  }

  /** @param {Log | undefined} log undefined: it is no longer announced @param {About} about */
  show(log, { away, pinned, unread }) {
    if (!this.#parts.why) this.#fill()
    const since = log && log.changed >= 0 ? Date.now() - log.changed : -1
    const kind = !log ? 'gone' : log.state !== 'ok' ? log.state : away ? 'away' : since >= 0 && since < FRESH ? 'fresh' : 'quiet'
    this.#kind(kind)
    this.#write('sign', SIGNS[kind] ?? SIGNS.quiet)
    this.#pinned(pinned)
    const ok = log?.state === 'ok'
    this.#write('why', log ? why(log, since, unread, away) : words.gone)
    this.#write('full', ok && log.disk_size ? words.disk(log.disk_free ?? 0, log.disk_size) : '')
    this.element.classList.toggle('unread', unread !== 0)
    if (!log) return
    this.#write('rate', ok && !away ? rate(log.rate) : '')
    this.#write('age', ok ? age(since) : '')
    this.#write('size', ok ? bytes(log.size) : '')
    if (ok) this.#spark.show(log.ring)
  }

  // Private

  #fill() {
    for (const name of ['rate', 'age', 'size', 'full', 'why']) this.#parts[name] = part(name)
    const { rate, age, size, full, why } = this.#parts
    const notes = part('notes')
    notes.append(full, why)
    this.link.append(this.#spark.element, rate, age, size, notes)
    this.#parts.name.title = this.#parts.name.textContent ?? ''
    this.pin.type = 'button'
    this.pin.className = 'pin'
    this.element.append(this.pin)
  }

  /** @param {string} kind */
  #kind(kind) {
    if (this.element.dataset.kind !== kind) this.element.dataset.kind = kind
  }

  /** @param {boolean} on */
  #pinned(on) {
    const pressed = String(on)
    if (this.pin.ariaPressed === pressed) return
    this.pin.ariaPressed = pressed
    this.pin.textContent = on ? '★' : '☆'
    this.pin.ariaLabel = words.pin(this.#parts.name.textContent ?? '')
    this.pin.title = on ? words.unpinIt : words.pinIt
  }

  /** @param {Part} name @param {string} text */
  #write(name, text) {
    const element = this.#parts[name]
    if (element.textContent !== text) element.textContent = text
  }
}

/** @param {Log} log @param {number} since @param {number} unread @param {boolean} away */
function why(log, since, unread, away) {
  if (log.state !== 'ok') return visible(log.why || logStates[log.state] || log.state)
  return [
    unread ? words.unread(unread) : '',
    log.line_rate && !away ? words.lineRate(log.line_rate) : '',
    log.tails > 0 ? words.tails(log.tails) : '',
    since > SILENT && log.usual && log.usual >= 1 ? words.usually(log.usual) : '',
  ].filter(Boolean).join(' · ')
}

/** @param {string} name */
function part(name) {
  const element = document.createElement('span')
  element.className = name
  return element
}
