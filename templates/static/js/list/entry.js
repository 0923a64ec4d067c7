// One row of the list. Until it is looked at it is its name and its link; its words and bars then change in place.

import { logPage } from '../common/base.js'
import { Spark } from '../common/spark.js'
import { full } from '../common/time.js'
import { visible } from '../line/text.js'
import { age, bytes, shortAge, list as words, logStates, rate, stopped } from '../common/words.js'
import { write } from '../common/write.js'

/** @typedef {import('./book.js').Log} Log */
/** @typedef {{ away: boolean, pinned: boolean, unread: number, admin: boolean }} About what else a row shows */
/** @typedef {'sign' | 'where' | 'name' | 'rate' | 'age' | 'size' | 'why' | 'full' | 'failing'} Part */

const FRESH = 60_000
/** A log that is quiet for so long makes one wonder how it usually is. */
const SILENT = 10 * 60_000
const SIGNS = { fresh: '●', quiet: '○', missing: '◌', away: '◌', unreadable: '×', refused: '×', stopped: '■', gone: '◌' }

export class Entry {
  element = document.createElement('li')
  link = document.createElement('a')
  pin = document.createElement('button')
  /** Why an administrator could not let it go on. */
  trouble = ''
  /** With which an administrator does. */
  #letGo = document.createElement('button')
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
  show(log, { away, pinned, unread, admin }) {
    if (!this.#parts.why) this.#fill()
    const since = log && log.changed >= 0 ? Date.now() - log.changed : -1
    const kind = !log ? 'gone' : log.state !== 'ok' ? log.state : away ? 'away' : since >= 0 && since < FRESH && log.size > 0 ? 'fresh' : 'quiet'
    this.#kind(kind)
    this.#write('sign', SIGNS[kind] ?? SIGNS.quiet)
    this.#pinned(pinned)
    const ok = log?.state === 'ok'
    this.#stopped(kind === 'stopped' ? log?.stop : undefined, kind === 'stopped' && admin)
    this.#write('why', log ? [why(log, since, unread, away), this.trouble].filter(Boolean).join(' · ') : words.gone)
    this.#write('full', ok && log.disk_size ? words.disk(log.disk_free ?? 0, log.disk_size) : '')
    this.#write('failing', ok && log.error_rate && !away ? words.errorRate(log.error_rate) : '')
    this.element.classList.toggle('unread', unread !== 0)
    this.#write('rate', ok && !away ? rate(log.rate) : '')
    this.#write('age', !ok ? '' : away ? words.hostAway : bare(log) ? words.bare(shortAge(since)) : age(since))
    this.#write('size', ok ? bytes(log.size) : '')
    if (ok) this.#spark.show(log.ring)
  }

  // Private

  #fill() {
    for (const name of ['rate', 'age', 'size', 'full', 'failing', 'why']) this.#parts[name] = part(name)
    const { rate, age, size, full, failing, why } = this.#parts
    const notes = part('notes')
    notes.append(full, failing, why)
    this.link.append(this.#spark.element, rate, age, size, notes)
    this.#parts.name.title = this.#parts.name.textContent ?? ''
    this.pin.type = 'button'
    this.pin.className = 'pin'
    this.#letGo.type = 'button'
    this.#letGo.className = 'letgo'
    this.#letGo.textContent = words.letGo
    this.#letGo.ariaLabel = words.letGoOf(this.#parts.name.textContent ?? '')
    this.element.append(this.pin)
  }

  /** @param {import('../common/stopped.js').Stop | undefined} stop @param {boolean} may whether it may be let go on here */
  #stopped(stop, may) {
    const title = stop ? full(new Date(stop.since)) : ''
    if (this.#parts.why.title !== title) this.#parts.why.title = title
    if (this.#letGo.isConnected === may) return
    this.trouble = ''
    const focused = document.activeElement === this.#letGo
    if (may) this.pin.before(this.#letGo)
    else this.#letGo.remove()
    if (focused) this.link.focus()
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
    write(this.#parts[name], text)
  }
}

/** Whether no byte was ever written to what the log is now: how old its file is says nothing of a line. @param {Log} log */
function bare({ size, changed }) {
  return size === 0 && changed >= 0
}

/** @param {Log} log @param {number} since @param {number} unread @param {boolean} away */
function why(log, since, unread, away) {
  if (log.state === 'stopped') return visible(stopped(log.why ?? '', log.stop))
  if (log.state !== 'ok') return visible(log.why || logStates[log.state] || log.state)
  return [
    unread ? words.unread(unread) : '',
    log.line_rate && !away ? words.lineRate(log.line_rate) : '',
    log.tails > 0 ? words.tails(log.tails) : '',
    since > SILENT && !away && log.usual && log.usual >= 1 ? words.usually(log.usual) : '',
  ].filter(Boolean).join(' · ')
}

/** @param {string} name */
function part(name) {
  const element = document.createElement('span')
  element.className = name
  return element
}
