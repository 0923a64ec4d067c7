// The status line's one truth about the connection, and the numbers beside it.

import { signInPage } from '../common/base.js'
import { markerWords, stopped, tail as words } from '../common/words.js'
import { full } from '../common/time.js'
import { visible } from '../line/text.js'

/** So far from the live edge is worth saying. */
const BEHIND = 1024 * 1024
/** The line is drawn once a second; a frame is worth drawing it at once when it has said something old for so long, in ms. */
const STALE = 1000
/** A log that said nothing for so long, in ms, is quiet: what it usually does tells that from dead. */
const QUIET = 60_000
/** Lines a second are counted over so many looks, one a second; those before a longer pause, in ms, count no more. */
const LOOKS = 3
const PAUSE = 2500
/** The sign of what it is. @type {Record<string, string>} */
const SIGNS = { live: '●', behind: '▲', held: '■', stopped: '■', over: '■', signedout: '□' }
const WAITS = '◌'

/** What it is, which its sign and its colour tell too: of a log that is followed whether it is live or behind, else the state's kind. @typedef {[is: string, words: string]} Told */

export class Status {
  /** @type {import('../tail/tail.js').State} */
  #state = { kind: 'asking', words: '', at: 0 }
  #host
  #truth
  #nothing
  #announce
  /** What was announced last: a state and, once in each, that lines come as they are written. */
  #said = ''
  #saidLive = false
  #live = false
  #behind = 0
  #lastLine = 0
  /** Whether there are lines, of whatever time. */
  #some = false
  /** Why a tail that is followed has no lines now. */
  #trouble = ''
  /** Bytes a second that the log usually gets; 0: not known. */
  #usual = 0
  #lineSize = 0
  /** Since when its file was empty when the API told of it; 0: it was not. */
  #bare = 0
  /** Why no worker is there, if that is known. */
  #away = ''
  /** @type {number[]} */
  #counts = []
  #counted = 0
  /** Lines that came as they were written: what is only fetched says nothing of how busy the log is. */
  #lines = 0

  /** @param {{ host: string, truth: HTMLElement, nothing: HTMLElement, announce: HTMLElement }} parts */
  constructor({ host, truth, nothing, announce }) {
    this.#host = host
    this.#truth = truth
    this.#nothing = nothing
    this.#announce = announce
  }

  /** @param {import('../tail/tail.js').State} state */
  set state(state) {
    this.#state = state
    if (state.kind === 'following') this.#away = ''
    this.draw()
  }

  /** Whether lines are shown that are far from the live edge, though on their way to it. */
  get far() {
    return this.#behind >= BEHIND
  }

  /** What the API says of the log. @param {{ age_ms: number, size?: number, usual?: number, host_state?: string, away_ms?: number }} entry */
  entry({ age_ms: age, size, usual = 0, host_state: state, away_ms: away = 0 }) {
    this.#usual = usual
    this.#bare = age >= 0 && size === 0 ? Date.now() - age : 0
    if (age >= 0 && (!this.#bare || this.#some) && !this.#lastLine) this.#lastLine = Date.now() - age
    this.#away = state === 'away' ? words.away(this.#host, away) : ''
  }

  /**
   * What a frame tells beside its lines.
   * @param {import('../tail/frame.js').Frame} frame @param {boolean} backlog @param {number} lines that it brought, or counted
   */
  frame({ marker, behind, payload }, backlog, lines) {
    if (!backlog) this.#lines += lines
    const before = `${this.#live} ${this.#trouble}`
    const stale = Date.now() - this.#lastLine > STALE
    this.#behind = behind
    this.#some ||= !marker && payload.length > 0
    if (!marker) {
      this.#trouble = ''
      this.#live ||= !backlog
      if (!backlog) this.#lastLine = Date.now()
      else if (this.#some) this.#lastLine ||= this.#bare // no line is older than that it was empty
    } else if (marker.kind === 'waiting' || marker.kind === 'unreadable' || marker.kind === 'progress') {
      this.#trouble = visible(markerWords(marker))
    } else if (marker.kind === 'opened' || marker.kind === 'readable' || marker.kind === 'live') {
      this.#trouble = ''
      if (marker.kind === 'live') this.#live = true
    }
    if (document.hidden) return // it is drawn when somebody looks
    if (stale || before !== `${this.#live} ${this.#trouble}`) this.draw()
  }

  /** How long a line is, as of those that are here, in bytes; 0: not known. @param {number} bytes */
  set lineSize(bytes) {
    this.#lineSize = bytes
  }

  /** Lines a second, asked once a second. */
  perSecond() {
    const now = Date.now()
    const lines = this.#lines
    if (now - this.#counted > PAUSE) this.#counts = []
    this.#counted = now
    this.#counts.push(lines)
    const first = this.#counts.length > LOOKS ? this.#counts.shift() : this.#counts[0]
    return (lines - (first ?? lines)) / Math.max(1, this.#counts.length - 1)
  }

  draw() {
    const [is, text] = this.#told()
    if (this.#truth.firstChild?.nodeValue !== signed(is, text)) this.#write(is, text)
    const live = is === 'live'
    if (this.#state.kind === this.#said && (!live || this.#saidLive)) return
    this.#said = this.#state.kind
    this.#saidLive = live
    this.#announce.textContent = text
  }

  // Private

  /** @param {string} is @param {string} text */
  #write(is, text) {
    this.#truth.replaceChildren(signed(is, text))
    this.#truth.className = `truth ${is}`
    // Where there are no lines yet, the middle of the page says it too; but what lasts a moment would only flicker.
    this.#nothing.textContent = text === words.asking || text === words.opening ? '' : text
    const when = this.#state.stop?.since ?? this.#lastLine
    this.#truth.title = when ? full(new Date(when)) : ''
    if (this.#state.kind !== 'signedout') return
    const link = document.createElement('a')
    link.href = signInPage()
    link.target = '_blank' // the lines of this page stay
    link.textContent = words.signIn
    this.#truth.append('; ', link)
  }

  /** @returns {Told} */
  #told() {
    const { kind } = this.#state
    return kind === 'following' ? this.#following() : [kind, this.#words()]
  }

  #words() {
    const { kind, words: why, at, stop } = this.#state
    const wait = at - Date.now()
    switch (kind) {
      case 'asking': return words.asking
      case 'waiting': return this.#away || why || words.waiting(this.#host)
      case 'queued': return why || words.queued
      case 'reconnecting': return why || words.reconnecting
      case 'retry': return why ? words.refusedFor(why, wait) : words.retry(wait)
      case 'signedout': return words.signedOut
      case 'held': return stopped(why, stop)
      case 'stopped': return words.stopped
      case 'over': return words.over(why)
      default: return why || kind
    }
  }

  /** @returns {Told} */
  #following() {
    if (this.#trouble) return ['following', this.#trouble]
    if (this.far) return ['behind', words.behind(this.#behind)]
    if (!this.#live) return ['following', words.opening]
    return ['live', this.#lastLine ? this.#silence(Date.now() - this.#lastLine) : this.#some ? words.following : this.#bare ? words.bare(Date.now() - this.#bare) : words.noLines]
  }

  /** @param {number} silent */
  #silence(silent) {
    return silent >= QUIET && this.#usual >= 0.5 ? words.quiet(silent, this.#usual, this.#lineSize) : words.lastLine(silent)
  }
}

/** @param {string} is @param {string} text */
function signed(is, text) {
  return `${SIGNS[is] ?? WAITS} ${text}`
}
