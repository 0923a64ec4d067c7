// What is in a line, drawn: colours of terminals, addresses to click, what is looked for. Bytes of a log become text nodes only.

import { plain, runs, styled } from './ansi.js'
import { links } from './links.js'
import { appendText } from './text.js'

/**
 * @typedef {object} Mark something to be seen in lines
 * @property {RegExp} find with the flag g
 * @property {string} name of its colour: hit, hit-current, passed, mark-1 to mark-6
 * @property {number} [within] only so many of the first characters are looked at
 */
/** @typedef {{ from: number, to: number, wrap: () => HTMLElement }} Layer */

/** A pattern that matches everywhere must not make a line of a thousand elements. */
const MOST_MARKS = 200

/**
 * @param {Node} to
 * @param {string} text a line, or its beginning
 * @param {Mark[]} [marks] later ones lie above earlier ones
 */
export function drawLine(to, text, marks = []) {
  const pieces = runs(text)
  const shown = pieces.length === 1 ? pieces[0].text : plain(text)
  /** @type {Layer[][]} from the outermost in */
  const layers = [styles(pieces), addresses(shown), ...marks.map((mark) => found(shown, mark))].filter((layer) => layer.length > 0)
  if (layers.length === 0) appendText(to, shown)
  else nest(to, shown, 0, shown.length, layers)
}

// Private

/** @param {import('./ansi.js').Run[]} pieces @returns {Layer[]} */
function styles(pieces) {
  const out = []
  let at = 0
  for (const { text, style } of pieces) {
    if (style) out.push({ from: at, to: at + text.length, wrap: () => styled(style) })
    at += text.length
  }
  return out
}

/** @param {string} text @returns {Layer[]} */
function addresses(text) {
  return links(text).map(({ from, to, href }) => ({
    from,
    to,
    wrap: () => {
      const link = document.createElement('a')
      link.href = href
      link.target = '_blank'
      link.rel = 'noopener noreferrer'
      link.tabIndex = -1 // a page of lines has too many to go through: the line that the keys are at has its own
      return link
    },
  }))
}

/** @param {string} text @param {Mark} mark @returns {Layer[]} */
function found(text, { find, name, within }) {
  const out = []
  const looked = text.slice(0, within)
  for (const match of looked.matchAll(find)) {
    if (match.index + match[0].length === looked.length && looked !== text) break // its end may not be where the cut is
    if (match[0] !== '') out.push({ from: match.index, to: match.index + match[0].length, wrap: () => marked(name) })
    if (out.length === MOST_MARKS) break
  }
  return out
}

/** @param {string} name */
function marked(name) {
  const element = document.createElement('mark')
  element.className = name
  return element
}

/**
 * Draws text from one place to another: what is outside of the outermost layer's pieces as it is, what is in one within its element.
 * @param {Node} to @param {string} text @param {number} from @param {number} end @param {Layer[][]} layers
 */
function nest(to, text, from, end, layers) {
  if (layers.length === 0) {
    appendText(to, text.slice(from, end))
    return
  }
  const [outer, ...inner] = layers
  let at = from
  for (const piece of outer) {
    const [begin, stop] = [Math.max(piece.from, from), Math.min(piece.to, end)]
    if (begin >= stop) continue
    if (begin > at) nest(to, text, at, begin, inner)
    const element = piece.wrap()
    nest(element, text, begin, stop, inner)
    to.appendChild(element)
    at = stop
  }
  if (at < end) nest(to, text, at, end, inner)
}
