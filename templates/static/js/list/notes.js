// What a host says beside its logs; some of it is folded away.

import { visible } from '../line/text.js'

/** @typedef {import('./arrange.js').Note} Note */

/** The elements of notes: those that are there already stay, open or not. @param {Element} there @param {Note[]} notes @returns {HTMLElement[]} */
export function notesFor(there, notes) {
  const before = new Map([...there.children].map((note) => [/** @type {HTMLElement} */ (note).dataset.note, /** @type {HTMLElement} */ (note)]))
  return notes.map((note) => before.get(JSON.stringify(note)) ?? made(note))
}

// Private

/** @param {Note} note */
function made(note) {
  const text = document.createElement('p')
  if (typeof note === 'string') text.textContent = visible(note)
  else text.append(...note.more.flatMap((name, i) => [one(name, i < note.more.length - 1), ' ']))
  const element = typeof note === 'string' ? text : document.createElement('details')
  if (typeof note !== 'string') {
    const words = document.createElement('summary')
    words.textContent = note.words
    element.append(words, text)
  }
  element.dataset.note = JSON.stringify(note)
  return element
}

/** One of several, which stays on a line where it can. @param {string} name @param {boolean} goesOn */
function one(name, goesOn) {
  const element = document.createElement('span')
  element.textContent = visible(name) + (goesOn ? ',' : '')
  return element
}
