// What a page of a log begins with: the log is there, since the page was served, so its lines are asked for before the page is made.

import { ask } from '../common/ask.js'
import { logAPI, tailSocket } from '../common/base.js'

const SUBPROTOCOL = 'livetail.1'
/** Revision of what a page wishes for at first. */
export const FIRST = 1

/**
 * @typedef {object} Begun
 * @property {Promise<import('../common/ask.js').Answer>} asked what the API says of the log
 * @property {WebSocket} socket
 * @property {boolean} said whether it asks for the lines before the live edge
 * @property {Event[]} heard of it, while nobody listens
 */

/** @param {import('../common/base.js').LogName} log @param {object} [open] what is said with the handshake, and need not be said when it is over */
export function dial(log, open) {
  const socket = new WebSocket(tailSocket(log) + (open ? `?open=${encodeURIComponent(JSON.stringify(open))}` : ''), SUBPROTOCOL)
  socket.binaryType = 'arraybuffer'
  return socket
}

/** By whichever script of the page comes first. @param {import('../common/base.js').LogName} log @returns {Begun} */
export function begun(log) {
  const page = /** @type {{ livetailBegun?: Begun }} */ (globalThis)
  return (page.livetailBegun ??= begin(log))
}

/** @param {import('../common/base.js').LogName} log @returns {Begun} */
function begin(log) {
  const said = location.search === '' // else it may be other lines
  const socket = dial(log, said ? { op: 'open', rev: FIRST } : undefined)
  /** @type {Event[]} */
  const heard = []
  socket.onopen = socket.onmessage = socket.onclose = (event) => heard.push(event)
  return { asked: ask(logAPI(log)), socket, said, heard }
}
