// Frames, as docs/PROTOCOL.md has them.

const VERSION = 1
const HEADER = 72
const MARKER = 2
const WORD = 2 ** 32
const NEWLINE = 10
const RETURN = 13

/** The payload begins inside a line; its earlier part came before. */
export const CONT = 1
/** The payload ends inside a line; its rest follows. */
export const OPEN = 2
/** The last line has no newline and never will have one. */
export const NO_EOL = 4
/** Read before the live edge was first reached. */
export const BACKLOG = 8
const GAPPED = 16
/** The answer is complete. */
export const LAST = 32
/** The answer is held back for live tails or a busy host. */
export const SLOWED = 64

/**
 * @typedef {{ name: string, size: number, packed?: boolean, from?: number, to?: number }} FileInfo
 * @typedef {{ kind: string, at: number, name?: string, to?: string, bytes?: number, why?: string, done?: number, sure?: string, end?: string, ms?: number, files?: FileInfo[] }} Marker
 */
/**
 * @typedef {object} Frame
 * @property {number} flags
 * @property {number} rev of the filter in force
 * @property {number} reply 0, or the question that this answers
 * @property {number} looked lines that a filter looked at
 * @property {number} passed and let pass
 * @property {number} errors how many of its lines report one, or of those that are only counted
 * @property {number} behind bytes between the frame's position and the live edge
 * @property {number} time of its first line that has one, Unix ms; 0: unknown
 * @property {string} file token of the payload's file, a character a byte
 * @property {number} start offset of the payload's first byte there
 * @property {number} offset of the position in that file
 * @property {string} position to go on from
 * @property {Uint8Array | null} gaps varints, one a line; null: the lines are contiguous
 * @property {Uint8Array} payload the file's own bytes; empty in a marker
 * @property {Marker | null} marker
 */

/**
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 * @throws {Error} when these bytes are no frame: server and page are of different versions
 */
export function parseFrame(buffer) {
  const bytes = new Uint8Array(buffer)
  const view = new DataView(buffer)
  if (bytes.length < HEADER || bytes[0] !== VERSION) throw new Error(`no frame of version ${VERSION}`)
  const { end, file, offset } = places(bytes, view)
  const gaps = bytes[2] & GAPPED ? bytes.subarray(end + 4, end + 4 + view.getUint32(end)) : null
  const start = gaps ? end + 4 + view.getUint32(end) : end
  const size = view.getUint32(68)
  if (start + size !== bytes.length) throw new Error(`a payload of ${size} bytes at ${start}, in ${bytes.length}`)
  const payload = bytes.subarray(start)
  const isMarker = bytes[1] === MARKER
  /** @param {number} at */
  const long = (at) => view.getInt32(at) * WORD + view.getUint32(at + 4)
  return {
    flags: bytes[2],
    rev: view.getUint32(24),
    reply: view.getUint32(28),
    looked: view.getUint32(44),
    passed: view.getUint32(48),
    errors: view.getUint16(34),
    behind: long(52),
    time: long(60),
    file,
    start: long(36),
    offset,
    position: asText(bytes.subarray(HEADER, end), bytes[3]),
    gaps: isMarker ? null : gaps,
    payload: isMarker ? new Uint8Array(0) : payload,
    marker: isMarker ? JSON.parse(new TextDecoder().decode(payload)) : null,
  }
}

/** Where the places end, and the one of the payload's file. @param {Uint8Array} bytes @param {DataView} view */
function places(bytes, view) {
  let at = HEADER
  let file = ''
  let offset = 0
  for (let n = 0; n < bytes[3]; n++) {
    const token = at + 1
    at = token + bytes[at] + 8
    if (!(at <= bytes.length)) throw new Error('the places end behind the frame')
    if (n !== bytes[32]) continue
    file = String.fromCharCode(...bytes.subarray(token, at - 8))
    offset = view.getUint32(at - 8) * WORD + view.getUint32(at - 4)
  }
  return { end: at, file, offset }
}

/** A position as text. @param {Uint8Array} places @param {number} n */
function asText(places, n) {
  if (n === 0) return ''
  const binary = String.fromCharCode(n, ...places)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** A line's token: the position of one place. @param {string} file @param {number} offset */
export function token(file, offset) {
  const place = new Uint8Array(1 + file.length + 8)
  place[0] = file.length
  for (let i = 0; i < file.length; i++) place[1 + i] = file.charCodeAt(i)
  const view = new DataView(place.buffer)
  view.setUint32(1 + file.length, Math.floor(offset / WORD))
  view.setUint32(5 + file.length, offset % WORD)
  return asText(place, 1)
}

/** The place that a line's token names. @param {string} token @returns {{ file: string, offset: number } | null} null: it is none */
export function place(token) {
  try {
    const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = new Uint8Array(binary.length).map((_, i) => binary.charCodeAt(i))
    const size = bytes[1]
    if (bytes[0] !== 1 || bytes.length !== 2 + size + 8) return null
    const view = new DataView(bytes.buffer)
    return { file: String.fromCharCode(...bytes.subarray(2, 2 + size)), offset: view.getUint32(2 + size) * WORD + view.getUint32(6 + size) }
  } catch {
    return null
  }
}

/** @type {Map<string, string>} */
const identities = new Map()
const TOKEN_VERSION = 1
const GENERATION = 4

/** Tokens of one file differ, as they are renewed while it is read: what is the same in all of them, as docs/PROTOCOL.md has it. @param {string} file */
export function identity(file) {
  if (file.charCodeAt(0) !== TOKEN_VERSION) return file
  let same = identities.get(file)
  if (same === undefined) {
    let at = 4
    while (file.charCodeAt(at) >= 0x80) at++
    same = file.slice(0, at + 1 + GENERATION)
    if (identities.size > 1000) identities.clear()
    identities.set(file, same)
  }
  return same
}

/** A line by its place, whatever token its file was fetched with. @param {{ file: string, offset: number } | null} at @returns {string} '': there is none */
export function lineKey(at) {
  return at ? `${identity(at.file)} ${at.offset}` : ''
}

/** The gaps before each line, one after the other; behind the last all are 0. */
export class Gaps {
  #bytes
  #at = 0

  /** @param {Uint8Array | null} bytes */
  constructor(bytes) {
    this.#bytes = bytes
  }

  next() {
    const bytes = this.#bytes
    if (!bytes || this.#at >= bytes.length) return 0
    let n = 0
    for (let scale = 1; this.#at < bytes.length; scale *= 128) {
      const byte = bytes[this.#at++]
      n += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    return n % 2 ? -(n + 1) / 2 : n / 2
  }
}

/** Where each line begins, in the payload and in its file. @param {Frame} frame */
export function cut({ payload, gaps, start }) {
  const starts = []
  const offsets = []
  const gap = new Gaps(gaps)
  let skipped = 0
  for (let at = 0; at < payload.length; at = lineEnd(payload, at)) {
    skipped += gap.next()
    starts.push(at)
    offsets.push(start + at + skipped)
  }
  return { starts, offsets }
}

/** The offset of each line of a frame in its file. @param {Frame} frame */
export function lineOffsets(frame) {
  return cut(frame).offsets
}

/** Behind the line that begins there. @param {Uint8Array} payload @param {number} at */
export function lineEnd(payload, at) {
  const end = payload.indexOf(NEWLINE, at)
  return end < 0 ? payload.length : end + 1
}

/** How many bytes end a line: those are no part of it. @param {Uint8Array} line its last two at least */
export function ending(line) {
  if (line.at(-1) !== NEWLINE) return 0
  return line.at(-2) === RETURN ? 2 : 1
}
