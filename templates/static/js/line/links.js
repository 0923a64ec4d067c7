// Addresses in a line that may be clicked: http and https, nothing else.

const URL_START = /\bhttps?:\/\/[^\s<>"'\u0060\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+/gi
/** Signs that end a sentence, not an address. */
const TRAILING = /[.,;:!?*]+$/
const CLOSING = /** @type {const} */ ([['(', ')'], ['[', ']'], ['{', '}']])

/**
 * Where the addresses are in a text.
 * @param {string} text
 * @returns {{ from: number, to: number, href: string }[]}
 */
export function links(text) {
  if (!text.includes('://')) return []
  const out = []
  for (const match of text.matchAll(URL_START)) {
    const href = trimmed(match[0])
    if (URL.canParse(href) && /^https?:$/.test(new URL(href).protocol)) out.push({ from: match.index, to: match.index + href.length, href })
  }
  return out
}

/** Brackets around an address are the sentence's, those that open in it are its own. @param {string} href */
function trimmed(href) {
  for (let before = ''; before !== href;) {
    before = href
    href = href.replace(TRAILING, '')
    for (const [open, close] of CLOSING) {
      if (href.endsWith(close) && count(href, open) < count(href, close)) href = href.slice(0, -1)
    }
  }
  return href
}

/** @param {string} text @param {string} sign */
function count(text, sign) {
  return text.split(sign).length - 1
}
