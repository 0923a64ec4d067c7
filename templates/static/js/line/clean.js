// Lines as they are copied: without colours, gutter and what the page itself says between them.

import { decode, visible } from './text.js'
import { markerWords } from '../common/words.js'

/** Rows of words without which a copy would be taken for whole; others leave nothing behind. */
const SAID = ['gap', 'fold', 'truncated', 'looked', 'edge', 'end']
/** Of an element in a row, what is not the line's own. */
const BESIDE = 'button, .below, .beside, [hidden]'

/**
 * Rows from one to another as text.
 * @param {import('../window/buffer.js').Buffer} buffer @param {number} from @param {number} to
 * @returns {string[]} a line each
 */
export function cleanLines(buffer, from, to) {
  /** @type {string[]} */
  const out = []
  for (let row = Math.max(from, buffer.first); row <= to && row < buffer.next; row++) {
    const marker = buffer.marker(row)
    if (marker) {
      if (SAID.includes(marker.kind)) out.push(`[${visible(markerWords(marker))}]`)
      continue
    }
    const text = visible(decode(buffer.bytes(row)))
    if (buffer.continues(row) && out.length > 0) out[out.length - 1] += text
    else out.push(text)
  }
  return out
}

/**
 * What is selected by the mouse, if it lies in the rows. A row that is selected whole is its whole line, also what is not drawn of it.
 * @param {HTMLElement} scroller @param {import('../window/buffer.js').Buffer} buffer
 * @returns {string} '': nothing
 */
export function selectedText(scroller, buffer) {
  const range = selectedRange(scroller)
  if (!range) return ''
  const rows = [...scroller.querySelectorAll('.row')].filter((row) => range.intersectsNode(row))
  if (rows.length === 0) return ''
  const ends = [rows[0], rows[rows.length - 1]].map((row) => edgeText(row, range, rows.length > 1))
  const [first, last] = [number(rows[0]), number(rows[rows.length - 1])]
  const out = ends[0].whole ? cleanLines(buffer, first, first) : [ends[0].text]
  if (rows.length === 1) return out.join('\n')
  out.push(...cleanLines(buffer, first + 1, last - 1))
  if (ends[1].whole) out.push(...cleanLines(buffer, last, last))
  else if (ends[1].text) out.push(ends[1].text)
  return out.join('\n')
}

/** @param {HTMLElement} scroller */
export function selectedRange(scroller) {
  const selection = getSelection()
  return selection?.type === 'Range' && scroller.contains(selection.anchorNode) ? selection.getRangeAt(0) : null
}

/** @param {Element} row */
export function number(row) {
  return Number(/** @type {HTMLElement} */ (row).dataset.n)
}

// Private

/** What of a row is selected. @param {Element} row @param {Range} range @param {boolean} several of several rows, one of columns only is meant whole */
function edgeText(row, range, several) {
  const all = document.createRange()
  all.selectNodeContents(row)
  const part = all.cloneRange()
  if (range.comparePoint(row, 0) === 0) part.setStart(row, 0)
  else if (row.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset)
  if (row.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset)
  const text = textIn(part)
  return { text, whole: text === textIn(all) || (several && row.querySelector('.raw') !== null) }
}

/** @param {Range} range */
function textIn(range) {
  const fragment = range.cloneContents()
  for (const element of fragment.querySelectorAll(BESIDE)) element.remove()
  return fragment.textContent ?? ''
}
