// One row of the log as an element.

import { mayHaveFields } from './fields.js'
import { rowLevel } from './groups.js'
import { drawLine } from './line.js'
import { cut, decode, visible } from './text.js'
import { markerWords, view as words } from '../common/words.js'
import { full } from '../common/time.js'

/** How many bytes of a line are drawn: more would cost layout time that nobody reads. */
const DRAWN = 4096

/**
 * @param {import('../window/buffer.js').Buffer} buffer
 * @param {number} row
 * @param {import('./line.js').Mark[]} [marks]
 * @returns {HTMLElement}
 */
export function makeRow(buffer, row, marks = []) {
  const marker = buffer.marker(row)
  return marker ? markerRow(marker) : lineRow(buffer, row, marks)
}

/** @param {import('../window/buffer.js').Buffer} buffer @param {number} row @param {import('./line.js').Mark[]} marks */
function lineRow(buffer, row, marks) {
  const element = document.createElement('div')
  element.className = `row ${rowLevel(buffer, row)}`
  const size = buffer.size(row)
  const text = decode(cut(buffer.bytes(row, 0, DRAWN + 1), DRAWN))
  if (buffer.continues(row)) element.append(note('…'))
  else if (mayHaveFields(text, size <= DRAWN)) element.append(chevron())
  drawLine(element, text, marks)
  if (size > DRAWN) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'all'
    button.dataset.row = String(row)
    button.textContent = words.showAll(size)
    element.append(button)
  }
  return element
}

/** In the gutter: it opens what is below the line. Keys have the line itself. */
function chevron() {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'chevron'
  button.tabIndex = -1
  button.ariaExpanded = 'false'
  button.ariaLabel = button.title = words.fields
  return button
}

/** @param {import('../tail/frame.js').Marker} marker */
function markerRow(marker) {
  const element = rule(marker.kind === 'gap' || marker.kind === 'truncated' ? 'loss' : 'mark', visible(markerWords(marker)))
  element.title = full(new Date(marker.at))
  if (marker.kind === 'fold') element.append(loads())
  return element
}

/** By the mouse: what was skipped. Whoever scrolls gets it anyway. */
function loads() {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'load'
  button.tabIndex = -1
  button.textContent = words.load
  return button
}

/** A thin rule with words. @param {string} kind @param {string} text */
function rule(kind, text) {
  const element = document.createElement('div')
  element.className = `row rule ${kind}`
  const words = document.createElement('span')
  words.textContent = text
  element.append(words)
  return element
}

/** @param {string} text */
function note(text) {
  const element = document.createElement('span')
  element.className = 'special'
  element.textContent = text
  return element
}
