// The live list as it comes from the server: one answer that goes on, a message a line.

import { ask } from '../common/ask.js'
import { Backoff } from '../common/backoff.js'
import { listAPI } from '../common/base.js'

const WAITS = { silence: 12_000, poll: 5000 }
/** A server that ended an answer in good order is asked again soon, but not by all pages at the same moment. */
const AGAIN = 1000
/** So many answers that began and said nothing: something in between keeps them until they end. */
const HELD_BACK = 2

/** @typedef {{ kind: 'loading' | 'live' | 'retry' | 'signedout', words: string, until: number, polls: boolean }} State */
/** @typedef {{ take: (message: any, at: number) => void, tell: (state: State) => void }} Listener */
/** @typedef {{ status: number, words: string, retry: number, said: number, ended: boolean }} Outcome */

export class Live {
  #listener
  #waits
  #backoff = new Backoff()
  #heldBack = 0

  /** @param {Listener} listener @param {Partial<typeof WAITS>} [waits] */
  constructor(listener, waits) {
    this.#listener = listener
    this.#waits = { ...WAITS, ...waits }
  }

  /** Listens until it is stopped, or nobody is signed in. @param {AbortSignal} stop */
  async run(stop) {
    while (!stop.aborted) {
      const polls = this.#heldBack >= HELD_BACK
      const began = Date.now()
      const outcome = polls ? await this.#poll(stop) : await this.#listen(stop)
      if (stop.aborted) return
      if (outcome.status === 401) return this.#tell('signedout')
      if (outcome.said > 0) this.#backoff.lived(Date.now() - began)
      if (outcome.said > 0 && polls) this.#backoff.reset()
      await this.#rest(outcome, polls, stop)
    }
  }

  /** @param {Outcome} outcome @param {boolean} polls @param {AbortSignal} stop */
  #rest({ said, ended, words, retry }, polls, stop) {
    if (said > 0 && polls) return pause(this.#waits.poll, stop)
    if (said > 0 && ended) return pause(Math.random() * AGAIN, stop)
    const wait = Math.max(retry, this.#backoff.next())
    this.#tell('retry', words, Date.now() + wait)
    return pause(wait, stop)
  }

  /** @param {AbortSignal} stop @returns {Promise<Outcome>} */
  async #poll(stop) {
    const { status, body, words, retry } = await ask(listAPI, stop)
    if (!body) return { status, words, retry, said: 0, ended: false }
    this.#take({ say: 'list', ...body }, true)
    return { status, words, retry, said: 1, ended: true }
  }

  /** @param {AbortSignal} stop @returns {Promise<Outcome>} */
  async #listen(stop) {
    const outcome = { status: 0, words: '', retry: 0, said: 0, ended: false }
    const silent = new AbortController()
    let timer = setTimeout(() => silent.abort(), this.#waits.silence)
    let answered = false
    try {
      const response = await fetch(`${listAPI}/live`, { signal: AbortSignal.any([stop, silent.signal]), cache: 'no-store', redirect: 'error' })
      outcome.status = response.status
      if (!response.ok || !response.body) {
        const refusal = await response.json().catch(() => null)
        return { ...outcome, words: String(refusal?.error ?? ''), retry: 1000 * (Number(refusal?.retry) || 0) }
      }
      answered = true
      for await (const line of lines(response.body)) {
        clearTimeout(timer)
        timer = setTimeout(() => silent.abort(), this.#waits.silence)
        outcome.said++
        this.#take(JSON.parse(line), false)
      }
      outcome.ended = true
    } catch {
      // Silence, a network that went away, or nonsense: all of them lead to the next try.
    } finally {
      clearTimeout(timer)
    }
    this.#heldBack = outcome.said > 0 ? 0 : this.#heldBack + Number(answered && silent.signal.aborted)
    return outcome
  }

  /** @param {any} message @param {boolean} polls */
  #take(message, polls) {
    this.#listener.take(message, Date.now())
    this.#tell('live', message.trouble, 0, polls)
  }

  /** @param {State['kind']} kind */
  #tell(kind, words = '', until = 0, polls = false) {
    this.#listener.tell({ kind, words, until, polls })
  }
}

/** @param {ReadableStream<Uint8Array>} body @returns {AsyncGenerator<string>} */
async function* lines(body) {
  const reader = body.pipeThrough(/** @type {ReadableWritablePair<string, any>} */ (new TextDecoderStream())).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const parts = (rest + value).split('\n')
    rest = parts.pop() ?? ''
    yield* parts.filter(Boolean)
  }
}

/** @param {number} ms @param {AbortSignal} stop */
function pause(ms, stop) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', () => (clearTimeout(timer), done(undefined)), { once: true })
  })
}
