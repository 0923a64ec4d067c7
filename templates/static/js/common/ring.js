// How a log grew in the last ten minutes: a level for each ten seconds, the oldest first.

export const SLOTS = 60
export const SLOT = 10_000
export const UNKNOWN = 255
/** Levels are eighths of an octave. */
const OCTAVE = 8

/** Bytes of a level; NaN: unknown. @param {number} level */
export function bytesOf(level) {
  if (level === UNKNOWN) return NaN
  return level === 0 ? 0 : 2 ** ((level - 1) / OCTAVE)
}

/** A ring as the server says it. @param {string | Uint8Array | undefined} ring */
export function ringOf(ring) {
  if (typeof ring !== 'string') return ring
  const bytes = Uint8Array.from(atob(ring), (c) => c.charCodeAt(0))
  return bytes.length === SLOTS ? bytes : undefined
}
