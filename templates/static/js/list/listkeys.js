// The keys of the list. They go by the character; those that are characters can be switched off.

import { characterKeys } from '../common/habits.js'

/**
 * @typedef {object} Doing
 * @property {HTMLInputElement} filter
 * @property {HTMLElement} list
 * @property {HTMLElement} help
 * @property {import('./rows.js').Rows} rows
 * @property {() => void} clear empties the filter
 */

/** @param {Doing} doing */
export function keys(doing) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
    if (always(event, doing) || (characterKeys() && characters(event, doing))) event.preventDefault()
  })
}

/** @param {KeyboardEvent} event @param {Doing} doing whether the key was for us */
function always({ key, target }, { filter, list, help, rows, clear }) {
  const typing = target === filter
  const elsewhere = target instanceof HTMLSelectElement || help.contains(/** @type {Node} */ (target))
  if (key === 'Escape') {
    if (help.matches(':popover-open')) help.hidePopover()
    else if (filter.value !== '') clear()
    else if (inside(list, target)) filter.focus()
    else return false
  } else if (elsewhere) return false
  else if (key === 'Enter' && typing) rows.first()?.click()
  else if (key === 'ArrowDown') rows.move(1)
  else if (key === 'ArrowUp') rows.move(-1) || filter.focus()
  else return false
  return true
}

/** @param {KeyboardEvent} event @param {Doing} doing */
function characters({ key, target }, { filter, list, help, rows }) {
  if (key.length !== 1 || target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return false
  const row = inside(list, target)
  if (key === '/') filter.focus()
  else if (key === '?') help.togglePopover()
  else if (row && key === 'j') rows.move(1)
  else if (row && key === 'k') rows.move(-1) || filter.focus()
  else if (row && key === 'p') rows.pin(document.activeElement)
  else {
    if (key !== ' ') filter.focus() // and there the character goes
    return false
  }
  return true
}

/** @param {HTMLElement} list @param {EventTarget | null} target */
function inside(list, target) {
  return target instanceof Node && list.contains(target)
}
