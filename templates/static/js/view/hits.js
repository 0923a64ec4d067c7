// What was found, painted over the rows: no element changes for it.

import { steady } from './steady.js'

const ALL = 'hit'
const CURRENT = 'hit-current'
/** So many hits are painted on one screen. */
const MOST = 2000

/** @param {import('../find/search.js').Term} term @returns {RegExp | null} null: a pattern that only the worker understands, or is quick with */
export function pattern({ text, regex, case: exact }) {
  if (regex && !steady(text)) return null
  try {
    return new RegExp(regex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), exact ? 'gu' : 'giu')
  } catch {
    return null
  }
}

/**
 * The highlights of one pane; the browser paints all that are registered under a name together.
 */
export class Hits {
  #all = register(ALL)
  #current = register(CURRENT)
  /** @type {Range[]} */
  #ranges = []
  /** The first in the row that one stands at. @type {Range | null} */
  current = null

  /** @param {() => Iterable<HTMLElement>} rows @param {RegExp | null} pattern @param {HTMLElement | null} current the row that one stands at */
  paint(rows, pattern, current) {
    for (const range of this.#ranges) {
      this.#all?.delete(range)
      this.#current?.delete(range)
    }
    this.#ranges = []
    this.current = null
    if (!pattern) return
    for (const row of rows()) {
      for (const range of found(row, pattern)) {
        if (this.#ranges.length >= MOST) return
        this.#ranges.push(range)
        if (row === current) this.current ??= range
        ;(row === current ? this.#current : this.#all)?.add(range)
      }
    }
  }
}

/** A hit that is beyond a side of the screen is brought onto it. @param {HTMLElement} scroller @param {Range} range */
export function bring(scroller, range) {
  const [hit, screen] = [range.getBoundingClientRect(), scroller.getBoundingClientRect()]
  if (hit.left < screen.left || hit.right > screen.right) scroller.scrollLeft += hit.left - screen.left - screen.width / 3
}

/** @param {string} name */
function register(name) {
  if (typeof Highlight === 'undefined') return null
  const there = CSS.highlights.get(name) ?? new Highlight()
  CSS.highlights.set(name, there)
  return there
}

/** The places of a pattern in a row's text, whatever elements it is made of. @param {HTMLElement} row @param {RegExp} pattern */
function* found(row, pattern) {
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
  const nodes = []
  let text = ''
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, at: text.length })
    text += node.nodeValue
  }
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue
    const range = new Range()
    const [start, end] = [match.index, match.index + match[0].length]
    const first = nodes.findLast(({ at }) => at <= start)
    const last = nodes.findLast(({ at }) => at < end)
    if (!first || !last) continue
    range.setStart(first.node, start - first.at)
    range.setEnd(last.node, end - last.at)
    yield range
  }
}
