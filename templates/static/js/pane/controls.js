// The keys and buttons of a pane that are no part's own.

import { characterKeys } from '../common/habits.js'
import { unfold } from '../common/unfold.js'

/** @typedef {import('./pane.js').Pane} Pane */

/** @param {Pane} pane */
export function listen(pane) {
  /** @param {string} name @param {() => void} act */
  const on = (name, act) => pane.part(name).addEventListener('click', act)
  unfold(pane.part('bar'), pane.part('menu-button'))
  on('stop', () => (pane.halted ? pane.tail.start() : pane.tail.stop()))
  on('end', () => pane.toEnd())
  on('begin', () => {
    pane.journey.toBegin()
    pane.focus()
  })
  on('mark', () => {
    pane.mark()
    pane.focus()
  })
  pane.scroller.addEventListener('click', ({ target }) => target instanceof HTMLElement && click(pane, target))
  pane.root.addEventListener('keydown', (event) => key(pane, event))
}

// Private

/** @param {Pane} pane @param {HTMLElement} target */
function click({ buffer, reader, whole }, target) {
  if (target.matches('.load')) return reader.unfold()
  const { row } = target.dataset
  if (row === undefined || Number(row) < buffer.first) return
  const bytes = buffer.bytes(Number(row)).slice()
  whole.ask((it) => it.show(bytes))
}

/** @param {Pane} pane @param {KeyboardEvent} event */
function key(pane, event) {
  if (event.defaultPrevented || !(event.target instanceof Element) || pane.part('whole').contains(event.target)) return
  const types = event.target.closest('input, textarea, select') !== null
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey
  if (types && plain) return
  if (plain && event.key.length === 1 && !characterKeys()) return
  pane.view.pace.now() // keys may come closer than frames: each goes on from where the one before it led to
  if (pane.reading.key(event) || pane.taking.key(event) || pane.finding.key(event)) event.preventDefault()
  else if (plain && move(pane, event)) event.preventDefault()
}

/** @param {Pane} pane @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
function move(pane, event) {
  if (['End', 'G', 'f'].includes(event.key)) pane.reader.toLive(pane.status.far)
  else if (event.key === 'Home' || event.key === 'g') pane.journey.toBegin()
  else if (event.key === 'w') pane.wrap.toggle()
  else if (event.key === 'Enter' && event.target === pane.scroller) pane.mark()
  else return false
  return true
}
