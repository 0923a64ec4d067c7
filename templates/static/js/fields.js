// The fields of a line that is JSON or logfmt, to be read below it, and to filter by.

/** @typedef {{ name: string, value: string }} Field name: dotted where it is nested */

const MOST = 200
const DEEPEST = 6
const PAIR = /(?:^|\s)([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g

/**
 * @param {string} line
 * @returns {Field[]} none: the line is neither
 */
export function fieldsOf(line) {
  const json = line.indexOf('{')
  if (json >= 0 && line.trimEnd().endsWith('}')) {
    const fields = jsonFields(line.slice(json))
    if (fields.length > 0) return fields
  }
  return pairs(line)
}

/** @param {string} text @returns {Field[]} */
function jsonFields(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  /** @type {Field[]} */
  const out = []
  flatten(value, '', 0, out)
  return out
}

/** @param {unknown} value @param {string} name @param {number} depth @param {Field[]} out */
function flatten(value, name, depth, out) {
  if (out.length >= MOST) return
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && depth < DEEPEST) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, name ? `${name}.${key}` : key, depth + 1, out)
  } else if (name) out.push({ name, value: typeof value === 'string' ? value : JSON.stringify(value) })
}

/** Two pairs at least: one alone is more often a sentence. @param {string} line @returns {Field[]} */
function pairs(line) {
  const out = []
  for (const [, name, raw] of line.matchAll(PAIR)) {
    if (out.length < MOST) out.push({ name, value: unquoted(raw) })
  }
  return out.length > 1 ? out : []
}

/** @param {string} raw */
function unquoted(raw) {
  if (!raw.startsWith('"')) return raw
  try {
    return String(JSON.parse(raw))
  } catch {
    return raw.slice(1, -1)
  }
}
