// Colours of terminals (SGR, ECMA-48 8.3.117): understood as colours, and never obeyed as anything else.

/**
 * @typedef {object} Style
 * @property {string} fg a name (red, bright-red), an rgb() colour, or ''
 * @property {string} bg the same
 * @property {boolean} bold
 * @property {boolean} dim
 * @property {boolean} italic
 * @property {boolean} underline
 * @property {boolean} strike
 * @property {boolean} inverse
 */
/** @typedef {{ text: string, style: Style | null }} Run null: plain */

const SGR = /\x1b\[([0-9;:]*)m/g
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
/** @type {Style} */
const PLAIN = { fg: '', bg: '', bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false }
/** The cube of 216 colours has these steps (xterm's). */
const STEPS = [0, 95, 135, 175, 215, 255]

/**
 * The text in pieces of one style each, without the sequences. A line begins plain: what an earlier one left on is not carried over,
 * as the page may not have it.
 * @param {string} text
 * @returns {Run[]}
 */
export function runs(text) {
  if (!text.includes('\x1b[')) return [{ text, style: null }]
  const out = []
  let style = PLAIN
  let at = 0
  for (const match of text.matchAll(SGR)) {
    if (match.index > at) out.push({ text: text.slice(at, match.index), style: style === PLAIN ? null : style })
    at = match.index + match[0].length
    style = apply(style, match[1])
  }
  if (at < text.length) out.push({ text: text.slice(at), style: style === PLAIN ? null : style })
  return out
}

/** The text without colours. @param {string} text */
export function plain(text) {
  return text.includes('\x1b[') ? text.replace(SGR, '') : text
}

/**
 * An element of that style: classes for what themes decide, a custom property for colours that the log names itself.
 * @param {Style} style
 */
export function styled(style) {
  const element = document.createElement('span')
  const { fg, bg } = style.inverse ? { fg: style.bg || 'ground', bg: style.fg || 'text' } : style
  colour(element, 'fg', fg)
  colour(element, 'bg', bg)
  for (const on of /** @type {const} */ (['bold', 'dim', 'italic', 'underline', 'strike'])) if (style[on]) element.classList.add(on)
  return element
}

// Private

/** @param {HTMLElement} element @param {'fg' | 'bg'} where @param {string} value */
function colour(element, where, value) {
  if (value.startsWith('rgb')) {
    element.classList.add(`${where}-own`)
    element.style.setProperty(`--${where}`, value)
  } else if (value) element.classList.add(`${where}-${value}`)
}

/** @param {Style} before @param {string} parameters @returns {Style} */
function apply(before, parameters) {
  let style = { ...before }
  const codes = parameters === '' ? ['0'] : parameters.split(';')
  for (let i = 0; i < codes.length; i++) {
    const [code, ...sub] = codes[i].split(':').map(Number)
    if (code === 38 || code === 48) {
      // 38;5;n and 38;2;r;g;b, or with colons, where an empty colour space may stand before r.
      const rest = sub.length > 0 ? sub : codes.slice(i + 1).map(Number)
      const value = rest[0] === 5 ? indexed(rest[1]) : rest[0] === 2 ? rgb(sub.length > 4 ? rest.slice(2, 5) : rest.slice(1, 4)) : ''
      if (sub.length === 0) i += rest[0] === 5 ? 2 : rest[0] === 2 ? 4 : codes.length
      style[code === 38 ? 'fg' : 'bg'] = value
    } else style = set(style, code, sub)
  }
  return same(style, PLAIN) ? PLAIN : style
}

/** @param {Style} style @param {number} code @param {number[]} sub @returns {Style} */
function set(style, code, sub) {
  if (code === 0) return { ...PLAIN }
  if (code === 1) style.bold = true
  else if (code === 2) style.dim = true
  else if (code === 3) style.italic = true
  else if (code === 4) style.underline = sub[0] !== 0
  else if (code === 7) style.inverse = true
  else if (code === 9) style.strike = true
  else if (code === 21) style.underline = true
  else if (code === 22) style.bold = style.dim = false
  else if (code === 23) style.italic = false
  else if (code === 24) style.underline = false
  else if (code === 27) style.inverse = false
  else if (code === 29) style.strike = false
  else if (code >= 30 && code <= 37) style.fg = NAMES[code - 30]
  else if (code === 39) style.fg = ''
  else if (code >= 40 && code <= 47) style.bg = NAMES[code - 40]
  else if (code === 49) style.bg = ''
  else if (code >= 90 && code <= 97) style.fg = `bright-${NAMES[code - 90]}`
  else if (code >= 100 && code <= 107) style.bg = `bright-${NAMES[code - 100]}`
  return style
}

/** @param {number} n one of 256 */
function indexed(n) {
  if (!(n >= 0 && n < 256)) return ''
  if (n < 8) return NAMES[n]
  if (n < 16) return `bright-${NAMES[n - 8]}`
  if (n >= 232) return rgb([8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232)])
  const c = n - 16
  return rgb([STEPS[Math.floor(c / 36)], STEPS[Math.floor(c / 6) % 6], STEPS[c % 6]])
}

/** @param {number[]} parts */
function rgb(parts) {
  return parts.length === 3 && parts.every((part) => part >= 0 && part < 256) ? `rgb(${parts.join(' ')})` : ''
}

/** @param {Style} a @param {Style} b */
function same(a, b) {
  return Object.entries(a).every(([key, value]) => b[/** @type {keyof Style} */ (key)] === value)
}
