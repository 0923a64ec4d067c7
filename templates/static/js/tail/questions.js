// Questions about the whole log, and their answers.

import { LAST } from './frame.js'

/** The server answers so many at once; others wait here. */
const MOST = 4

/** @typedef {import('./frame.js').Frame} Frame */
/**
 * @typedef {object} Question as docs/PROTOCOL.md has them
 * @property {'read' | 'time' | 'place' | 'outline'} ask
 * @property {boolean} [back]
 * @property {boolean} [quiet]
 * @property {string} [from]
 * @property {number} [at]
 * @property {number} [behind]
 * @property {number} [lead]
 * @property {string} [until]
 * @property {number} [lines]
 * @property {number} [bytes]
 * @property {number} [look]
 * @property {number} [every]
 * @property {number} [step]
 * @property {object} [filter]
 */
/**
 * @typedef {object} Asker
 * @property {(frame: Frame, last: boolean) => void} frame
 * @property {(words: string) => void} [refused]
 */

/** They outlive the connection: on a new one each is asked again, from where its answer has come to. */
export class Questions {
  #send
  #number = 0
  /** Asked and not answered whole, by number. @type {Map<number, { question: Question, asker: Asker }>} */
  #open = new Map()
  /** @type {{ question: Question, asker: Asker }[]} */
  #waiting = []
  #connected = false

  /** @param {(message: object) => void} send */
  constructor(send) {
    this.#send = send
  }

  /**
   * @param {Question} question @param {Asker} asker
   * @returns {() => void} gives it up
   */
  ask(question, asker) {
    const asked = { question: { ...question }, asker }
    this.#waiting.push(asked)
    this.#next()
    return () => this.#cancel(asked)
  }

  /** An answer's frame. @param {Frame} frame */
  hear(frame) {
    const asked = this.#open.get(frame.reply)
    if (!asked) return
    const last = (frame.flags & LAST) !== 0
    if (last) this.#open.delete(frame.reply)
    else goneOn(asked.question, frame)
    asked.asker.frame(frame, last)
    if (last) this.#next()
  }

  /** @param {{ reply: number, words: string }} message */
  refused({ reply, words }) {
    const asked = this.#open.get(reply)
    this.#open.delete(reply)
    asked?.asker.refused?.(words)
    this.#next()
  }

  /** A connection is there. */
  connected() {
    this.#connected = true
    this.#next()
  }

  /** It is gone. */
  disconnected() {
    this.#connected = false
    this.#waiting.unshift(...this.#open.values())
    this.#open.clear()
  }

  // Private

  #next() {
    while (this.#connected && this.#open.size < MOST) {
      const asked = this.#waiting.shift()
      if (!asked) return
      this.#open.set(++this.#number, asked)
      this.#send({ op: 'ask', reply: this.#number, ...asked.question })
    }
  }

  /** @param {{ question: Question, asker: Asker }} asked */
  #cancel(asked) {
    this.#waiting = this.#waiting.filter((one) => one !== asked)
    for (const [reply, one] of this.#open) {
      if (one !== asked) continue
      this.#open.delete(reply)
      this.#send({ op: 'cancel', reply })
    }
    this.#next()
  }
}

/** What is left to be asked for. @param {Question} question @param {Frame} frame */
function goneOn(question, frame) {
  if (frame.marker?.kind === 'found') question.ask = 'read' // from there
  if (question.ask !== 'read') return
  if (frame.position && frame.marker?.kind !== 'progress') {
    question.from = frame.position
    question.lead = undefined
  }
  if (question.bytes) question.bytes = Math.max(1, question.bytes - frame.payload.length)
  if (question.lines) question.lines = Math.max(1, question.lines - newlines(frame.payload))
}

/** @param {Uint8Array} bytes */
export function newlines(bytes) {
  let n = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) n++
  return n
}
