// The fields of a line that is JSON or logfmt, to be read below it, and to filter by.

/** @typedef {{ name: string, value: string }} Field name: dotted where it is nested; value: as the line has it, but a string as what it says */

/** So many are taken out of a line. */
export const MOST = 200
const DEEPEST = 6
const PAIR = /(?:^|\s)([A-Za-z_@][\w.@/-]*)=("[^"\\]*(?:\\.[^"\\]*)*"|\S*)/g
const TOKEN = /[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+)/y

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

/** Whether a line is likely to have fields: told fast, for each that is drawn. @param {string} text @param {boolean} whole else it is the beginning only */
export function mayHaveFields(text, whole) {
  if (/^[^{]{0,200}\{\s*"/.test(text) && (!whole || text.trimEnd().endsWith('}'))) return true
  const pairs = text.matchAll(PAIR)
  pairs.next()
  return !pairs.next().done
}

/** Numbers stay as they are written: 1.50 is not 1.5 for the filter, and there are larger ones than scripts can count. @param {string} text @returns {Field[]} */
function jsonFields(text) {
  try {
    JSON.parse(text)
  } catch {
    return []
  }
  const scan = new Scan(text)
  /** @type {Field[]} */
  const out = []
  scan.next()
  members(scan, '', 1, out)
  return out
}

/** Those of an object that has begun. @param {Scan} scan @param {string} name @param {number} depth @param {Field[]} out */
function members(scan, name, depth, out) {
  for (let key = scan.next(); key !== '}' && key !== '' && out.length < MOST; key = scan.next()) {
    if (key === ',') continue
    scan.next()
    const path = name ? `${name}.${JSON.parse(key)}` : JSON.parse(key)
    const value = scan.next()
    if (value === '{' && depth < DEEPEST) members(scan, path, depth + 1, out)
    else if (path) out.push({ name: path, value: value[0] === '"' ? JSON.parse(value) : scan.whole(value) })
  }
}

/** The signs and words of valid JSON, one after the other. */
class Scan {
  #text
  #at = 0

  /** @param {string} text */
  constructor(text) {
    this.#text = text
  }

  /** @returns {string} '' at the end */
  next() {
    TOKEN.lastIndex = this.#at
    const token = TOKEN.exec(this.#text)?.[1] ?? ''
    this.#at = token ? TOKEN.lastIndex : this.#text.length
    return token
  }

  /** What begins with this token, up to where it ends. @param {string} token */
  whole(token) {
    const from = this.#at - token.length
    for (let depth = brackets(token); depth > 0 && token !== '';) depth += brackets((token = this.next()))
    return this.#text.slice(from, this.#at)
  }
}

/** @param {string} token */
function brackets(token) {
  return token === '{' || token === '[' ? 1 : token === '}' || token === ']' ? -1 : 0
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
  if (!/^".*"$/s.test(raw)) return raw
  try {
    return String(JSON.parse(raw))
  } catch {
    return raw.slice(1, -1)
  }
}
