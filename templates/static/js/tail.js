// One log followed: a connection that is made again whenever it ends, and goes on exactly where it was.

import { ask } from './ask.js'
import { Backoff } from './backoff.js'
import { logAPI, tailSocket } from './base.js'
import { parseFrame } from './frame.js'
import { closings, BACK_OFF, NEVER, SIGNED_OUT } from './closings.js'
import { Questions } from './questions.js'
import { tail as words } from './words.js'

const SUBPROTOCOL = 'livetail.1'
const NORMAL = 1000
const CLOSED_UNHEARD = 1006
/** Waits, in ms: tests use shorter ones. */
const TIMES = { silence: 12_000, look: 1000, signedOut: 30_000 }
/** After so many sockets refused although the server answers, something in between is likely to blame. */
const SUSPICIOUS = 3

/**
 * Asking before a socket; then what the server says (waiting, queued, following, reconnecting); retry, at a time; signedout;
 * stopped by the reader; over: it does not come back by itself.
 * @typedef {'asking' | 'waiting' | 'queued' | 'following' | 'reconnecting' | 'retry' | 'signedout' | 'stopped' | 'over'} Kind
 * @typedef {{ kind: Kind, words: string, at: number }} State words from the server, or ''; at: time of the next try
 * @typedef {{ filter?: object, quiet?: boolean, lines?: number }} Wish what the tail sends; lines: before the live edge, where no position says from where
 * @typedef {{ rev?: number, reply?: number, words: string, in?: string, term?: number, at?: number }} Refusal
 */
/**
 * @typedef {object} Hooks
 * @property {(frame: import('./frame.js').Frame) => void} take
 * @property {(state: State) => void} tell
 * @property {(refusal: Refusal) => void} [refused] what was set last cannot be; what was in force before stays
 * @property {(entry: any) => void} [entry] what the API says of the log
 * @property {(version: string) => void} [version] of the server
 * @property {(why: string) => void} [edge] the position could not be used; lines from the live edge follow
 */

/** @typedef {{ asked: Promise<import('./ask.js').Answer>, socket: WebSocket }} Begun */

/** @param {import('./base.js').LogName} log */
function dial(log) {
  const socket = new WebSocket(tailSocket(log), SUBPROTOCOL)
  socket.binaryType = 'arraybuffer'
  return socket
}

/** For a page that was just served: the log is there, so the socket need not wait for an answer. @param {import('./base.js').LogName} log @returns {Begun} */
export function begin(log) {
  return { asked: ask(logAPI(log)), socket: dial(log) }
}

export class Tail {
  /** Behind the last frame that was taken. */
  position = ''
  /** @type {State} */
  state = { kind: 'stopped', words: '', at: 0 }
  /** Questions about the whole log. */
  questions = new Questions((message) => this.#send(message))
  /** @type {Wish} */
  wish = {}

  #log
  #hooks
  #times
  #id = ''
  /** Revision of what is wished for, and what was wished before. */
  #rev = 1
  /** @type {{ wish: Wish, position: string }} */
  #before = { wish: {}, position: '' }
  /** Whether an opening was refused: what comes without a revision is of no wish of ours. */
  #unasked = false
  #heard = 0
  #opened = 0
  #refused = 0
  #backoff = new Backoff()
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {AbortController | null} */
  #asking = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {import('./base.js').LogName} log @param {Hooks} hooks @param {Partial<typeof TIMES>} [times] */
  constructor(log, hooks, times) {
    this.#log = log
    this.#hooks = hooks
    this.#times = { ...TIMES, ...times }
  }

  /** Asks, then opens a socket: from the last position, if there is one. @param {Begun} [begun] both are under way */
  async start(begun) {
    this.#drop()
    if (this.state.kind !== 'retry' && this.state.kind !== 'signedout') this.#tell('asking')
    const asking = (this.#asking = new AbortController())
    if (begun) this.#open(begun.socket)
    const answer = await (begun?.asked ?? ask(logAPI(this.#log), asking.signal))
    if (asking !== this.#asking) return
    this.#asking = null
    if (answer.body) this.#hooks.entry?.(answer.body)
    if (this.#socket && (answer.body || this.#opened)) return
    this.#drop()
    if (answer.body) this.#open(dial(this.#log))
    else if (answer.status === 401) this.#signedOut()
    else if (answer.status === 404) this.#tell('over', answer.words || words.gone)
    else this.#retry(Math.max(answer.retry, this.#backoff.next()), answer.words)
  }

  /** The reader wants no more lines; the work on the server ends. start goes on at the same line. */
  stop() {
    this.#end('stopped')
  }

  /**
   * What is to be sent from now on; what was on its way by an older wish is not heard.
   * @param {Wish} wish @param {string} position to go on from; '': the live edge
   */
  set(wish, position) {
    this.#before = { wish: this.wish, position: this.position }
    this.wish = wish
    this.position = position
    this.#rev++
    this.#send({ op: 'set', rev: this.#rev, from: position || undefined, ...wish })
  }

  /** Something changed for the better, perhaps: the network is back, the page is looked at, somebody signed in. */
  nudge() {
    if (this.state.kind === 'retry' && !this.#asking) this.start()
    else if (this.state.kind === 'signedout' && !this.#asking) this.start()
    else if (this.#socket) this.#look()
  }

  // Private

  /** @param {WebSocket} socket */
  #open(socket) {
    this.#socket = socket
    this.#opened = 0
    this.#heard = Date.now()
    socket.onopen = () => {
      this.#opened = this.#heard = Date.now()
      this.#refused = 0
      this.#unasked = false
      socket.send(JSON.stringify({ op: 'open', from: this.position || undefined, replaces: this.#id || undefined, rev: this.#rev, ...this.wish }))
      this.questions.connected()
    }
    socket.onmessage = (event) => this.#hear(event.data)
    socket.onclose = (event) => this.#closed(event.code, event.reason)
    this.#timer = setTimeout(() => this.#look(), this.#times.look)
  }

  /** @param {string | ArrayBuffer} data */
  #hear(data) {
    this.#heard = Date.now()
    try {
      if (typeof data === 'string') this.#said(JSON.parse(data))
      else this.#frame(parseFrame(data))
    } catch (error) {
      console.warn('livetail: not understood', error)
      this.#end('over', words.mismatch)
    }
  }

  /** @param {any} message */
  #said(message) {
    if (message.say === 'tail') {
      this.#id = message.tail
      this.#hooks.version?.(message.version)
    } else if (message.say === 'state') this.#tell(message.state, message.words ?? '')
    else if (message.say === 'edge') this.#hooks.edge?.(message.words)
    else if (message.say === 'refused' && message.reply) this.questions.refused(message)
    else if (message.say === 'refused' && message.rev === this.#rev) this.#refuse(message)
  }

  /** @param {Refusal} refusal */
  #refuse(refusal) {
    // What came meanwhile by the older wish was not heard: it is asked for again.
    this.#unasked = true
    this.set(this.#before.wish, this.#before.position)
    this.#hooks.refused?.(refusal)
  }

  /** @param {import('./frame.js').Frame} frame */
  #frame(frame) {
    if (frame.reply) return this.questions.hear(frame)
    if (frame.rev ? frame.rev !== this.#rev : this.#unasked) return // by an older wish
    this.position = frame.position || this.position
    this.#hooks.take(frame)
  }

  /** @param {object} message lost without a connection: what is wished is said at the opening, questions are asked again */
  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  /** A page that heard nothing is not connected, whatever its socket says. */
  #look() {
    clearTimeout(this.#timer)
    if (Date.now() - this.#heard > this.#times.silence) this.#closed(CLOSED_UNHEARD, '')
    else this.#timer = setTimeout(() => this.#look(), this.#times.look)
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (this.#asking) return this.#hangUp() // the answer says why
    if (this.#opened) this.#backoff.lived(Date.now() - this.#opened)
    else this.#refused++
    this.#drop()
    const closing = closings.get(code) ?? BACK_OFF
    if (closing === SIGNED_OUT) this.#signedOut()
    else if (closing === NEVER) this.#tell('over', reason)
    else {
      const suspicion = this.#refused >= SUSPICIOUS ? words.noSockets : ''
      this.#retry(closing === BACK_OFF ? this.#backoff.next() : closing(), closing === BACK_OFF ? suspicion : reason)
    }
  }

  /** @param {number} wait @param {string} why */
  #retry(wait, why) {
    this.#tell('retry', why, Date.now() + wait)
    this.#timer = setTimeout(() => this.start(), wait)
  }

  #signedOut() {
    this.#tell('signedout')
    this.#timer = setTimeout(() => this.start(), this.#times.signedOut)
  }

  /** @param {Kind} kind @param {string} [why] */
  #end(kind, why) {
    this.#drop()
    this.#tell(kind, why)
  }

  /** Forgets the connection: whatever it still brings is not heard. */
  #drop() {
    this.#asking?.abort()
    this.#asking = null
    this.#hangUp()
  }

  #hangUp() {
    clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = null
    this.questions.disconnected()
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(NORMAL)
  }

  /** @param {Kind} kind @param {string} [why] @param {number} [at] */
  #tell(kind, why = '', at = 0) {
    this.state = { kind, words: why, at }
    this.#hooks.tell(this.state)
  }
}
