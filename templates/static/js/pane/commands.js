// What the page can be told to do: the rows of the key sheet that name a control of the page, and the choices that stand below them.
// The sheet is the one list of it: what it says in a row is what the palette offers.

import { palette as words } from './palettewords.js'

/** @typedef {{ words: string, keys: string[], act: () => void }} Command */

/**
 * Those that can be given now.
 * @param {HTMLElement} sheet @param {(selector: string) => Element | null} control finds one, in the log that is read
 * @returns {Command[]}
 */
export function commands(sheet, control) {
  return [...of(sheet, '[data-press]').flatMap((row) => pressing(row, control(selector(row.dataset.press ?? '')))), ...of(sheet, 'label').flatMap(choosing)]
}

// Private

/** @param {string} press a part of the page, as part:wrap */
function selector(press) {
  const [kind, name] = press.split(':')
  return `[data-${kind}="${name}"]`
}

/** @param {HTMLElement} row @param {Element | null} control @returns {Command[]} none where there is no such control, as for those who are no administrators */
function pressing(row, control) {
  if (!(control instanceof HTMLElement) || control.hidden || control.closest('.finder[hidden]')) return []
  const [about, said] = ['dt', 'dd'].map((name) => row.querySelector(name)?.textContent ?? '')
  const keys = of(row, 'dt kbd').map((key) => key.textContent ?? '')
  return [{ words: keys.length > 0 ? said : words.named(about, said), keys, act: () => press(control) }]
}

/** @param {HTMLElement} control */
function press(control) {
  if (!(control instanceof HTMLInputElement)) return control.click()
  control.focus()
  control.select()
}

/** @param {HTMLElement} label @returns {Command[]} */
function choosing(label) {
  const name = [...label.childNodes].map((node) => (node instanceof Text ? node.data : '')).join('').trim()
  const [box, list] = [label.querySelector('input'), label.querySelector('select')]
  if (box) return [{ words: words.named(name, words.on(!box.checked)), keys: [], act: () => box.click() }]
  return [...(list?.options ?? [])].filter(({ selected }) => !selected).map(({ text, value }) => ({ words: words.named(name, text), keys: [], act: () => choose(list, value) }))
}

/** @param {HTMLSelectElement | null} list @param {string} value */
function choose(list, value) {
  if (!list) return
  list.value = value
  list.dispatchEvent(new Event('change'))
}

/** @param {HTMLElement} root @param {string} selector @returns {HTMLElement[]} */
function of(root, selector) {
  return [...root.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement)
}
