// The status line's one truth about the connection, and the numbers beside it.

import { signInPage } from './base.js'
import { markerWords, tail as words } from './words.js'
import { full } from './time.js'
import { visible } from './text.js'

/** So far from the live edge is worth saying. */
const BEHIND = 1024 * 1024
/** The line is drawn once a second; a frame is worth drawing it at once when it has said something old for so long, in ms. */
const STALE = 1000
/** A log that said nothing for so long, in ms, is quiet: what it usually does tells that from dead. */
const QUIET = 60_000
/** Lines a second are counted over so many looks, one a second. */
const LOOKS = 3

export class Status {
  /** @type {import('./tail.js').State} */
  #state = { kind: 'asking', words: '', at: 0 }
  #host
  #truth
  #nothing
  #announce
  #said = ''
  #live = false
  #behind = 0
  #lastLine = 0
  /** Why a tail that is followed has no lines now. */
  #trouble = ''
  /** Bytes a second that the log usually gets; 0: not known. */
  #usual = 0
  #lineSize = 0
  /** Why no worker is there, if that is known. */
  #away = ''
  /** @type {number[]} */
  #counts = []

  /** @param {{ host: string, truth: HTMLElement, nothing: HTMLElement, announce: HTMLElement }} parts */
  constructor({ host, truth, nothing, announce }) {
    this.#host = host
    this.#truth = truth
    this.#nothing = nothing
    this.#announce = announce
  }

  /** @param {import('./tail.js').State} state */
  set state(state) {
    this.#state = state
    this.draw()
  }

  /** Whether lines are shown that are far from the live edge, though on their way to it. */
  get far() {
    return this.#behind >= BEHIND
  }

  /** What the API says of the log. @param {{ age_ms: number, usual?: number, host_state?: string, away_ms?: number }} entry */
  entry({ age_ms: age, usual = 0, host_state: state, away_ms: away = 0 }) {
    this.#usual = usual
    if (age >= 0 && !this.#lastLine) this.#lastLine = Date.now() - age
    this.#away = state === 'away' ? words.away(this.#host, away) : ''
  }

  /**
   * What a frame tells beside its lines.
   * @param {import('./frame.js').Frame} frame @param {boolean} backlog
   */
  frame({ marker, behind }, backlog) {
    const before = `${this.#live} ${this.#trouble}`
    const stale = Date.now() - this.#lastLine > STALE
    this.#behind = behind
    if (!marker) {
      this.#trouble = ''
      this.#live ||= !backlog
      if (!backlog) this.#lastLine = Date.now()
    } else if (marker.kind === 'waiting' || marker.kind === 'unreadable' || marker.kind === 'progress') {
      this.#trouble = `◌ ${visible(markerWords(marker))}`
    } else if (marker.kind === 'opened' || marker.kind === 'readable' || marker.kind === 'live') {
      this.#trouble = ''
      if (marker.kind === 'live') this.#live = true
    }
    if (stale || before !== `${this.#live} ${this.#trouble}`) this.draw()
  }

  /** How long a line is, as of those that are here, in bytes; 0: not known. @param {number} bytes */
  set lineSize(bytes) {
    this.#lineSize = bytes
  }

  /** Lines a second, told the number of all lines once a second. @param {number} lines */
  perSecond(lines) {
    this.#counts.push(lines)
    const first = this.#counts.length > LOOKS ? this.#counts.shift() : this.#counts[0]
    return (lines - (first ?? lines)) / Math.max(1, this.#counts.length - 1)
  }

  draw() {
    const text = this.#text()
    if (this.#truth.firstChild?.nodeValue !== text) this.#write(text)
    if (this.#state.kind === this.#said) return
    this.#said = this.#state.kind
    this.#announce.textContent = text.slice(2)
  }

  // Private

  /** @param {string} text */
  #write(text) {
    this.#truth.replaceChildren(text)
    this.#truth.className = `truth ${this.#state.kind === 'following' && !text.startsWith('◌') ? (text.startsWith('▲') ? 'behind' : 'live') : this.#state.kind}`
    // Where there are no lines yet, the middle of the page says it too; but what lasts a moment would only flicker.
    this.#nothing.textContent = text === words.asking || text === words.opening ? '' : text.slice(2)
    this.#truth.title = this.#lastLine ? full(new Date(this.#lastLine)) : ''
    if (this.#state.kind !== 'signedout') return
    const link = document.createElement('a')
    link.href = signInPage()
    link.target = '_blank' // the lines of this page stay
    link.textContent = words.signIn
    this.#truth.append('; ', link)
  }

  #text() {
    const { kind, words: why, at } = this.#state
    const wait = at - Date.now()
    switch (kind) {
      case 'asking': return words.asking
      case 'waiting': return why ? `◌ ${why}` : this.#away || words.waiting(this.#host)
      case 'queued': return why ? `◌ ${why}` : words.queued
      case 'reconnecting': return why ? `◌ ${why}` : words.reconnecting
      case 'following': return this.#following()
      case 'retry': return why ? words.refusedFor(why, wait) : words.retry(wait)
      case 'signedout': return words.signedOut
      case 'stopped': return words.stopped
      case 'over': return words.over(why)
      default: return why ? `◌ ${why}` : `◌ ${kind}`
    }
  }

  #following() {
    if (this.#trouble) return this.#trouble
    if (this.far) return words.behind(this.#behind)
    if (!this.#live) return words.opening
    if (!this.#lastLine) return words.noLines
    const silent = Date.now() - this.#lastLine
    return silent >= QUIET && this.#usual >= 0.5 ? words.quiet(silent, this.#usual, this.#lineSize) : words.lastLine(silent)
  }
}
