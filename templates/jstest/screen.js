// A view of a log on a screen of 20 rows.

import { Buffer } from '../static/js/window/buffer.js'
import { makeRow } from '../static/js/line/row.js'
import { View } from '../static/js/view/view.js'
import { lines, painted } from './check.js'

export const ROW = 19
export const SHOWN = 20

/** A log on a screen of 20 rows. @param {ConstructorParameters<typeof Buffer>[0]} [max] @param {(scroller: HTMLElement) => void} [act] before rows are drawn */
export async function screen(max, act = () => {}) {
  document.body.replaceChildren()
  const scroller = document.body.appendChild(document.createElement('main'))
  scroller.className = 'log'
  scroller.style.height = `${ROW * SHOWN}px`
  scroller.style.width = '600px'
  const buffer = new Buffer(max)
  let n = 0
  /** How many rows there were behind each drawing. @type {number[]} */
  const drawings = []
  const view = new View(scroller, buffer, { make: (row) => makeRow(buffer, row), before: () => act(scroller), painted: () => drawings.push(scroller.querySelectorAll('.row').length) })
  const add = async (count) => {
    for (let i = 0; i < count; i++) if (buffer.append(lines(`line ${n}\n`))) n++
    view.changed()
    await painted()
  }
  const scroll = async (top) => {
    scroller.scrollTop = top
    await painted()
  }
  const before = async (i) => {
    buffer.prepend(lines(`line ${i}\n`))
    view.changed()
    await painted()
  }
  await painted()
  return { scroller, buffer, view, add, scroll, before, drawings }
}

/** The rows that are seen, by their text and place. @param {Element} scroller */
export function seen(scroller) {
  const box = scroller.getBoundingClientRect()
  return [...scroller.querySelectorAll('.row')]
    .map((row) => ({ text: row.textContent ?? '', top: Math.round(row.getBoundingClientRect().top - box.top) }))
    .filter(({ top }) => top > -ROW && top < scroller.clientHeight)
}
