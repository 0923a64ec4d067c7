// One live list for all tabs of a browser: the tab that holds the lock listens to the server and tells the others. A tab that
// nobody looks at takes no part, so a browser whose tabs are all hidden costs the server nothing.

import { base } from '../common/base.js'
import { Live } from './live.js'

const NAME = `livetail ${base}/ list`
/** A tab that is hidden for less than this keeps its part. */
const GRACE = 3000
/** A tab that heard nothing from the one that listens for so long listens itself. */
const DEAF = 20_000

/** @typedef {import('./live.js').State} State */

/**
 * @typedef {object} Listener
 * @property {(message: any, at: number) => void} take a message of the live list, and when it came
 * @property {(state: State) => void} tell
 * @property {() => any} all what is known, as a message that says it all; null: nothing yet
 */

export class Shared {
  #listener
  #me = `${Date.now()} ${Math.random()}`
  /** @type {AbortController | undefined} set while this tab takes part */
  #part
  /** @type {BroadcastChannel | undefined} */
  #channel
  /** @type {State | undefined} set while this tab listens to the server */
  #state
  #heard = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener
    document.addEventListener('visibilitychange', () => this.#look())
    addEventListener('pagehide', () => this.#leave())
    addEventListener('pageshow', () => this.#look())
    addEventListener('online', () => this.again())
    this.#look()
  }

  /** Asks the server at once, if that is this tab's part. */
  again() {
    if (!this.#state || this.#state.kind === 'live') return
    this.#leave()
    this.#look()
  }

  #look() {
    clearTimeout(this.#leaving)
    if (document.hidden) this.#leaving = setTimeout(() => this.#leave(), GRACE)
    else if (!this.#part) this.#join()
  }

  #leave() {
    this.#part?.abort()
    this.#channel?.close()
    this.#part = this.#channel = this.#state = undefined
  }

  #join() {
    const part = new AbortController()
    this.#part = part
    this.#heard = Date.now()
    if (!('BroadcastChannel' in window) || !navigator.locks) { // such as on plain http
      this.#listen(part.signal)
      return
    }
    this.#channel = new BroadcastChannel(NAME)
    this.#channel.onmessage = ({ data }) => this.#hear(data)
    this.#say({ who: this.#me })
    navigator.locks.request(NAME, { signal: part.signal }, () => this.#listen(part.signal)).catch(() => {})
    const watch = setInterval(() => {
      if (!this.#state && Date.now() - this.#heard > DEAF) this.#listen(part.signal)
    }, DEAF / 4)
    part.signal.addEventListener('abort', () => clearInterval(watch))
  }

  /** @param {AbortSignal} stop */
  async #listen(stop) {
    if (this.#state || stop.aborted) return
    if (document.hidden) return this.#leave() // the part would be given to one hidden tab after the other, each with a live list of its own
    this.#state = { kind: 'loading', words: '', until: 0, polls: false }
    await new Live({
      take: (message, at) => {
        this.#listener.take(message, at)
        this.#say({ message, at })
      },
      tell: (state) => {
        this.#state = state
        this.#listener.tell(state)
        this.#say({ state })
      },
    }).run(stop)
  }

  /** @param {any} heard */
  #hear(heard) {
    if (heard.who) {
      const all = this.#state && this.#listener.all()
      if (all) this.#say({ message: all, at: Date.now(), state: this.#state, to: heard.who })
      return
    }
    if (this.#state || (heard.to && heard.to !== this.#me)) return
    this.#heard = Date.now()
    if (heard.message) this.#listener.take(heard.message, heard.at)
    if (heard.state) this.#listener.tell(heard.state)
  }

  /** @param {any} words */
  #say(words) {
    this.#channel?.postMessage({ ...words, from: this.#me })
  }
}
