// Log bytes as text that shows all it has and obeys nothing.

/**
 * Colour sequences of terminals are dropped; every other control character is shown, and so is what would reorder, hide or
 * break a line: bidirectional overrides, separators, zero-width and tag characters. (Joiners stay: scripts and names need them.)
 */
const COLOUR = '\\u001b\\[[0-9;:]*m'
const CONTROL = '[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]'
const HIDDEN = '[\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]'
const SPECIAL = new RegExp(`${COLOUR}|${CONTROL}|${HIDDEN}`, 'gu')
const CARET = 0x40
const DELETE = 0x7f

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * As many of the first bytes as may be drawn, without cutting a character in two.
 * @param {Uint8Array} bytes
 * @param {number} most
 */
export function cut(bytes, most) {
  if (bytes.length <= most) return bytes
  let end = most
  while (end > most - 4 && (bytes[end] & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** @param {Uint8Array} bytes any bytes; what is no UTF-8 becomes the replacement character */
export function decode(bytes) {
  return decoder.decode(bytes)
}

/**
 * Adds text to an element as text nodes; what is made visible stands in spans, to be told from the same characters in the file.
 * @param {Node} to
 * @param {string} text
 */
export function appendText(to, text) {
  let at = 0
  for (const match of text.matchAll(SPECIAL)) {
    if (match.index > at) to.appendChild(document.createTextNode(text.slice(at, match.index)))
    at = match.index + match[0].length
    const shown = picture(match[0])
    if (shown) to.appendChild(span(shown))
  }
  if (at < text.length) to.appendChild(document.createTextNode(text.slice(at)))
}

/**
 * The same as one string, for words that quote a name.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(SPECIAL, picture)
}

/** @param {string} special */
function picture(special) {
  const code = special.codePointAt(0) ?? 0
  if (special.length > 2) return ''
  // As cat -v and less show them: pictures such as \u241b are in few fonts.
  if (code < 0x20 || code === DELETE) return `^${String.fromCharCode(code ^ CARET)}`
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** @param {string} text */
function span(text) {
  const element = document.createElement('span')
  element.className = 'special'
  element.textContent = text
  return element
}
