// One log followed: a connection that is made again whenever it ends, and goes on exactly where it was.

import { ask } from '../common/ask.js'
import { Backoff } from '../common/backoff.js'
import { logAPI } from '../common/base.js'
import { dial, FIRST } from './begun.js'
import { parseFrame } from './frame.js'
import { closings, BACK_OFF, HELD, NEVER, SIGNED_OUT } from './closings.js'
import { Questions } from './questions.js'
import { stopOf } from '../common/stopped.js'
import { tail as words } from '../common/words.js'

const NORMAL = 1000
const CLOSED_UNHEARD = 1006
const LOCKED = 423
/** Waits, in ms: tests use shorter ones. */
const TIMES = { silence: 12_000, look: 1000, signedOut: 30_000, held: 5000 }
/** After so many sockets refused although the server answers, something in between is likely to blame. */
const SUSPICIOUS = 3
/** So many wishes of which nothing was heard are remembered. */
const UNHEARD = 16
/** What nobody waits for is said so much later, in ms: the servers' work for it would slow down the rows that are drawn meanwhile. */
const LATER = 50
/** Kinds that last while it is asked whether they are over. */
const LASTING = ['retry', 'signedout', 'held']

/**
 * Asking before a socket; then what the server says (waiting, queued, following, reconnecting); retry, at a time; signedout; held
 * by an administrator, for everybody; stopped by the reader; over: it does not come back by itself.
 * @typedef {'asking' | 'waiting' | 'queued' | 'following' | 'reconnecting' | 'retry' | 'signedout' | 'held' | 'stopped' | 'over'} Kind
 * @typedef {{ kind: Kind, words: string, at: number, stop?: import('../common/stopped.js').Stop }} State words from the server, or ''; at: time of the next try
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
  /** Revision of what is wished for, and of each that may still be refused what was before it, oldest first. */
  #rev = FIRST
  /** @type {{ rev: number, wish: Wish, position: string, undo: () => void }[]} */
  #before = []
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
  /** A wish is not said yet. @type {ReturnType<typeof setTimeout> | undefined} */
  #unsaid

  /** @param {import('../common/base.js').LogName} log @param {Hooks} hooks @param {Partial<typeof TIMES>} [times] */
  constructor(log, hooks, times) {
    this.#log = log
    this.#hooks = hooks
    this.#times = { ...TIMES, ...times }
  }

  /** Asks, then opens a socket: from the last position, if there is one. @param {import('./begun.js').Begun} [begun] both are under way */
  async start(begun) {
    this.#drop()
    if (!LASTING.includes(this.state.kind)) this.#tell('asking')
    const asking = (this.#asking = new AbortController())
    if (begun) this.#open(begun.socket, begun)
    const answer = await (begun?.asked ?? ask(logAPI(this.#log), asking.signal))
    if (asking !== this.#asking) return
    this.#asking = null
    if (answer.body) this.#hooks.entry?.(answer.body)
    if (this.#socket && (answer.body || this.#opened)) return
    this.#drop()
    if (answer.body) this.#open(dial(this.#log))
    else if (answer.status === 401) this.#signedOut()
    else if (answer.status === LOCKED) this.#held(answer.words, stopOf(answer.refusal?.stop))
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
   * @param {() => void} [undo] called when it cannot be, and what was before is wished for again
   * @param {boolean} [later] nobody waits for it
   */
  set(wish, position, undo = () => {}, later = false) {
    this.#before.push({ rev: this.#rev + 1, wish: this.wish, position: this.position, undo })
    if (this.#before.length > UNHEARD) this.#before.shift()
    this.#wish(wish, position, later)
  }

  /** Something changed for the better, perhaps: the network is back, the page is looked at, somebody signed in. */
  nudge() {
    if (this.#socket) this.#look()
    else if (LASTING.includes(this.state.kind) && !this.#asking) this.start()
  }

  // Private

  /** @param {Wish} wish @param {string} position @param {boolean} [later] */
  #wish(wish, position, later = false) {
    this.wish = wish
    this.position = position
    this.#rev++
    clearTimeout(this.#unsaid)
    const say = () => this.#send({ op: 'set', ...this.#wished() })
    if (later) this.#unsaid = setTimeout(say, LATER)
    else say()
  }

  #wished() {
    return { rev: this.#rev, from: this.position || undefined, ...this.wish }
  }

  /** @param {WebSocket} socket @param {import('./begun.js').Begun} [begun] that it is of */
  #open(socket, begun) {
    this.#socket = socket
    this.#opened = 0
    this.#heard = Date.now()
    socket.onopen = () => {
      this.#opened = this.#heard = Date.now()
      this.#refused = 0
      this.#unasked = false
      clearTimeout(this.#unsaid) // it is said now
      if (!begun?.said) this.#send({ op: 'open', replaces: this.#id || undefined, ...this.#wished() })
      else if (this.#rev !== FIRST) this.#send({ op: 'set', ...this.#wished() }) // wished for since the handshake began
      this.questions.connected()
    }
    socket.onmessage = (event) => this.#hear(event.data)
    socket.onclose = (event) => this.#closed(event.code, event.reason)
    this.#timer = setTimeout(() => this.#look(), this.#times.look)
    for (const event of begun?.heard ?? []) /** @type {any} */ (socket)[`on${event.type}`]?.(event)
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
    else if (message.say === 'refused') this.#refuse(message)
  }

  /** @param {Refusal} refusal */
  #refuse(refusal) {
    const i = this.#before.findIndex(({ rev }) => rev === refusal.rev)
    if (i < 0) return
    const [{ wish, position, undo }] = this.#before.splice(i, 1)
    const after = this.#before[i]
    if (after) return void Object.assign(after, { wish, position, undo }) // the one wished for since may be refused too
    // What came meanwhile by the older wish was not heard: it is asked for again, and that one may be refused now.
    this.#unasked = true
    this.#wish(wish, position)
    const older = this.#before.at(-1)
    if (older) older.rev = this.#rev
    undo()
    this.#hooks.refused?.(refusal)
  }

  /** @param {import('./frame.js').Frame} frame */
  #frame(frame) {
    if (frame.reply) return this.questions.hear(frame)
    if (frame.rev ? frame.rev !== this.#rev : this.#unasked) return // by an older wish
    if (frame.rev) this.#before = [] // what is heard was not refused
    this.position = frame.position || this.position
    this.#hooks.take(frame)
  }

  /** @param {object} message lost without a connection: what is wished is said at the opening, questions are asked again */
  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  /** A page that heard nothing is not connected, whatever its socket says. Where nobody looks, that need not be known sooner than it may be so. */
  #look() {
    clearTimeout(this.#timer)
    const { silence, look } = this.#times
    const left = this.#heard + silence - Date.now()
    if (left < 0) this.#closed(CLOSED_UNHEARD, '')
    else this.#timer = setTimeout(() => this.#look(), document.hidden ? Math.max(look, left) : look)
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (this.#asking) return this.#hangUp() // the answer says why
    if (this.#opened) this.#backoff.lived(Date.now() - this.#opened)
    else this.#refused++
    this.#drop()
    const closing = closings.get(code) ?? BACK_OFF
    if (closing === SIGNED_OUT) this.#signedOut()
    else if (closing === HELD) this.#held(reason)
    else if (closing === NEVER) this.#tell('over', reason)
    else {
      const suspicion = this.#refused >= SUSPICIOUS ? words.noSockets : ''
      this.#retry(typeof closing === 'function' ? closing() : this.#backoff.next(), typeof closing === 'function' ? reason : suspicion)
    }
  }

  /** @param {number} wait @param {string} why */
  #retry(wait, why) {
    this.#tell('retry', why, Date.now() + wait)
    this.#timer = setTimeout(() => this.start(), wait)
  }

  /** Each page asks at a time of its own. @param {string} why @param {import('../common/stopped.js').Stop} [stop] the end of a socket does not tell */
  #held(why, stop) {
    this.#tell('held', why, 0, stop)
    this.#timer = setTimeout(() => this.start(), this.#times.held * (0.75 + Math.random() / 2))
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
    clearTimeout(this.#unsaid)
    const socket = this.#socket
    this.#socket = null
    this.questions.disconnected()
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(NORMAL)
  }

  /** @param {Kind} kind @param {string} [why] @param {number} [at] @param {State['stop']} [stop] */
  #tell(kind, why = '', at = 0, stop) {
    this.state = { kind, words: why, at, stop }
    this.#hooks.tell(this.state)
  }
}
