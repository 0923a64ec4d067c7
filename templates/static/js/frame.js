// Frames, as docs/PROTOCOL.md has them.

const VERSION = 1
const HEADER = 72
const MARKER = 2

/** The payload begins inside a line; its earlier part came before. */
export const CONT = 1
/** The payload ends inside a line; its rest follows. */
export const OPEN = 2
/** The last line has no newline and never will have one. */
export const NO_EOL = 4
/** Read before the live edge was first reached. */
export const BACKLOG = 8
const GAPPED = 16

/** @typedef {{ kind: string, at: number, name?: string, to?: string, bytes?: number, why?: string }} Marker */
/**
 * @typedef {object} Frame
 * @property {number} flags
 * @property {number} behind bytes between the frame's end and the live edge
 * @property {string} position behind the frame, to go on from
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
  const places = placesEnd(bytes)
  const start = bytes[2] & GAPPED ? places + 4 + view.getUint32(places) : places
  const size = view.getUint32(68)
  if (start + size !== bytes.length) throw new Error(`a payload of ${size} bytes at ${start}, in ${bytes.length}`)
  const payload = bytes.subarray(start)
  const isMarker = bytes[1] === MARKER
  return {
    flags: bytes[2],
    behind: view.getUint32(52) * 2 ** 32 + view.getUint32(56),
    position: position(bytes.subarray(HEADER, places), bytes[3]),
    payload: isMarker ? new Uint8Array(0) : payload,
    marker: isMarker ? JSON.parse(new TextDecoder().decode(payload)) : null,
  }
}

/** @param {Uint8Array} bytes */
function placesEnd(bytes) {
  let at = HEADER
  for (let n = bytes[3]; n > 0; n--) {
    at += 1 + bytes[at] + 8
    if (!(at <= bytes.length)) throw new Error('the places end behind the frame')
  }
  return at
}

/**
 * @param {Uint8Array} places
 * @param {number} n
 */
function position(places, n) {
  if (n === 0) return ''
  const binary = String.fromCharCode(n, ...places)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
