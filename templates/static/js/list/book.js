// All that this page knows of the logs, kept up to date by the messages of the live list.

import { stopOf, toldOf } from '../common/stopped.js'
import { bytesOf, ringOf, SLOT, SLOTS, UNKNOWN } from '../common/ring.js'

/** @typedef {{ host: string, state: 'here' | 'away', away_ms: number, notes: string[], binary: number, not_text?: string[], at: number }} Host */

/**
 * @typedef {object} Log
 * @property {string} host
 * @property {string} id
 * @property {string} name
 * @property {string} group
 * @property {number} size
 * @property {number} age_ms -1: unknown
 * @property {number} changed when, on this browser's clock; -1: unknown
 * @property {number} rate bytes a second
 * @property {number} [usual] bytes a second over an hour or so
 * @property {number} [line_rate] lines a second, while somebody watches
 * @property {number} [error_rate] of those, lines that report an error
 * @property {number} [disk_free] bytes, when they get short
 * @property {number} [disk_size]
 * @property {'ok' | 'missing' | 'unreadable' | 'refused' | 'stopped'} state
 * @property {string} [why]
 * @property {import('../common/stopped.js').Stop} [stop]
 * @property {number} tails
 * @property {Uint8Array} ring levels, the oldest first
 */

/** @param {{ host: string, id: string }} log */
export function key({ host, id }) {
  return `${host} ${id}`
}

export class Book {
  /** @type {Map<string, Host>} */
  hosts = new Map()
  /** @type {Map<string, Log>} */
  logs = new Map()
  /** Whether a message came. */
  begun = false
  /** When the newest slot of any host ended. */
  turned = 0
  /** The server's version, once it has said that. */
  version = ''

  /**
   * Takes in a message. What it answers are the keys of logs that are different now; moved says that logs came or went, or
   * that hosts have something else to say.
   * @param {any} message @param {number} at when it came
   * @returns {{ changed: Set<string>, moved: boolean }}
   */
  take(message, at) {
    const changed = new Set()
    let moved = false
    if (message.say === 'list') {
      this.begun = moved = true
      this.turned = at
      this.version = message.version ?? this.version
      this.hosts.clear()
      this.logs.clear()
    }
    for (const host of message.whole ?? []) {
      moved = true
      for (const [name, log] of this.logs) if (log.host === host) this.logs.delete(name)
    }
    for (const host of message.hosts ?? []) {
      moved = true
      this.hosts.set(host.host, { ...host, at })
    }
    for (const log of message.logs ?? []) {
      const name = key(log)
      const before = this.logs.get(name)
      moved ||= before?.state !== log.state
      this.logs.set(name, { ...log, stop: stopOf(log.stop, at), changed: log.age_ms < 0 ? -1 : at - log.age_ms, ring: ringOf(log.ring) ?? before?.ring ?? new Uint8Array(SLOTS).fill(UNKNOWN) })
      changed.add(name)
    }
    for (const log of message.gone ?? []) moved = this.logs.delete(key(log)) || moved
    for (const column of message.columns ?? []) this.#turn(column, at)
    return { changed, moved }
  }

  /** All of it as one message. */
  all() {
    if (!this.begun) return null
    const now = Date.now()
    const age = (/** @type {Log} */ log) => (log.changed < 0 ? -1 : now - log.changed)
    return {
      say: 'list',
      version: this.version,
      hosts: [...this.hosts.values()].map((host) => ({ ...host, away_ms: this.awayFor(host) })),
      logs: [...this.logs.values()].map((log) => ({ ...log, age_ms: age(log), stop: toldOf(log.stop, now) })),
    }
  }

  /** @param {Host} host */
  awayFor(host) {
    return host.state === 'away' ? host.away_ms + Date.now() - host.at : 0
  }

  /** Bytes that a log grew by since a time; -1: longer ago than is known. @param {Log} log @param {number} since */
  grew(log, since) {
    const slots = Math.ceil((this.turned - since) / SLOT)
    if (slots > SLOTS) return -1
    let sum = Math.min(Date.now() - this.turned, Math.max(0, Date.now() - since)) / 1000 * log.rate
    for (const level of slots > 0 ? log.ring.subarray(SLOTS - slots) : []) sum += bytesOf(level) || 0
    return sum
  }

  /** @param {{ host: string, grew: Record<string, number> }} column @param {number} at */
  #turn({ host, grew }, at) {
    this.turned = at
    for (const log of this.logs.values()) {
      if (log.host !== host) continue
      log.ring.copyWithin(0, 1)
      log.ring[SLOTS - 1] = grew[log.id] ?? 0
    }
  }
}
