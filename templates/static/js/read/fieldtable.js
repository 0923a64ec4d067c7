// The fields of a line as a table: what each says, and what may be done with it.

import { MOST } from '../line/fields.js'
import { appendText, visible } from '../line/text.js'
import { fields as words } from '../line/linewords.js'

/** @typedef {import('../line/fields.js').Field} Field */
/** @typedef {{ sign: string, label: (field: Field) => string, on: (field: Field) => boolean, act: (field: Field) => void, long?: boolean }} Act long: also for values of any length */

/** So much of a value is shown. */
const SHOWN = 4096
/** What the worker takes as a name and as a value, in bytes. */
const LONGEST = 1024
const utf8 = new TextEncoder()

/** @param {Field[]} fields @param {Act[]} acts @returns {HTMLElement} */
export function fieldTable(fields, acts) {
  const table = document.createElement('table')
  for (const field of fields) {
    const row = table.insertRow()
    const buttons = row.insertCell()
    buttons.append(...acts.map((act) => button(field, act)))
    const name = row.appendChild(document.createElement('th'))
    name.scope = 'row'
    appendText(name, field.name)
    const value = row.insertCell()
    value.className = 'value'
    write(value, field.value)
  }
  for (const later of [...table.querySelectorAll('button')].slice(1)) later.tabIndex = -1
  if (fields.length >= MOST) table.createCaption().textContent = words.some(MOST)
  return table
}

/**
 * Arrows go from button to button; Tab is for what is beyond the table.
 * @param {HTMLElement} table @param {Element} from @param {string} key
 * @returns {boolean} whether the key was for it
 */
export function moveIn(table, from, key) {
  const rows = [...table.querySelectorAll('tr')].map((row) => [...row.querySelectorAll('button')])
  const y = rows.findIndex((row) => row.some((button) => button === from))
  if (y < 0) return false
  const x = rows[y].findIndex((button) => button === from)
  const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key] ?? [0, 0]
  if (dx === 0 && dy === 0) return false
  const to = rows[y + dy]?.[x + dx]
  if (!to) return true
  for (const button of rows.flat()) button.tabIndex = button === to ? 0 : -1
  to.focus()
  return true
}

/** @param {Field} field @param {Act} act */
function button(field, { sign, label, on, act, long }) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = sign
  const short = long || size(field.name) <= LONGEST && size(field.value) <= LONGEST
  button.ariaLabel = visible(label(field))
  button.title = short ? button.ariaLabel : words.long
  button.ariaPressed = String(on(field))
  button.ariaDisabled = short ? null : 'true'
  if (short) button.addEventListener('click', () => act(field))
  return button
}

/** @param {string} text */
function size(text) {
  return utf8.encode(text).length
}

/** Line breaks within a value are as good as those of the log: a trace in a field reads as one. @param {HTMLElement} to @param {string} value */
function write(to, value) {
  value.slice(0, SHOWN).split('\n').forEach((line, i) => {
    if (i > 0) to.append('\n')
    appendText(to, line)
  })
  if (value.length <= SHOWN) return
  const more = document.createElement('span')
  more.className = 'quiet'
  more.textContent = words.more(value.length - SHOWN)
  to.append(' ', more)
}
