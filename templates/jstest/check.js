// What tests need.

import { parseFrame } from '../static/js/tail/frame.js'

/** @param {unknown} got @param {unknown} want @param {string} [what] */
export function equal(got, want, what = '') {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
  if (a !== b) throw new Error(`${what} got ${a}, want ${b}`)
}

/** @param {unknown} true_ @param {string} what */
export function ok(true_, what) {
  if (!true_) throw new Error(`not so: ${what}`)
}

/** @param {() => unknown} act @param {string} what */
export function throws(act, what) {
  try {
    act()
  } catch {
    return
  }
  throw new Error(`did not throw: ${what}`)
}

/** A frame of lines. @param {string | Uint8Array} payload @param {number} [flags] @param {object} [rest] */
export function lines(payload, flags = 0, rest = {}) {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  return { flags, rev: 0, reply: 0, looked: 0, passed: 0, errors: 0, behind: 0, time: 0, file: 'f', start: 0, offset: 0, position: '', gaps: null, payload: bytes, marker: null, ...rest }
}

/** The text of a row. @param {import('../static/js/window/buffer.js').Buffer} buffer @param {number} row */
export function text(buffer, row) {
  return buffer.marker(row)?.kind ?? new TextDecoder().decode(buffer.bytes(row))
}

/** The text of all rows. @param {import('../static/js/window/buffer.js').Buffer} buffer */
export function all(buffer) {
  return Array.from({ length: buffer.next - buffer.first }, (_, i) => text(buffer, buffer.first + i))
}

/** Until what was changed has been painted. */
export function painted() {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))
}

/** Until something is so. @param {() => unknown} so @param {string} what */
export async function until(so, what) {
  const end = Date.now() + 20_000
  while (!so()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await painted()
  }
}

/** @param {string} base64 */
export function fromBase64(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
}

export { parseFrame }
