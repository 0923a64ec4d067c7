// Texts to be seen in colours, whether lines are filtered by them or not.

import { pattern } from '../view/hits.js'
import { highlights as words } from '../line/linewords.js'

/** There are so many colours. */
const COLOURS = 6
const LONGEST = 200

export class Highlights {
  /** What lines are drawn with. @type {import('../line/line.js').Mark[]} */
  marks = []
  /** By colour; '': it is free. @type {string[]} */
  #texts = []
  #form
  #chips
  #input
  #said
  #changed
  #back

  /**
   * @param {HTMLElement} form @param {HTMLElement} chips
   * @param {() => void} changed lines look different now
   * @param {() => void} back the focus goes back to the log
   */
  constructor(form, chips, changed, back) {
    this.#form = form
    this.#chips = chips
    this.#changed = changed
    this.#back = back
    this.#input = /** @type {HTMLInputElement} */ (form.querySelector('input'))
    this.#said = /** @type {HTMLElement} */ (form.querySelector('output'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.add(this.#input.value)
    })
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      this.#close()
    })
    form.querySelector('[type=button]')?.addEventListener('click', () => this.#close())
  }

  get texts() {
    return this.#texts.slice(0, this.#texts.findLastIndex(Boolean) + 1)
  }

  /** @param {string[]} texts */
  set texts(texts) {
    this.#texts = texts.slice(0, COLOURS).map((text) => text.slice(0, LONGEST))
    this.#draw()
  }

  /** Asks for a text, or takes what is selected. @param {string} selected */
  show(selected) {
    if (selected.trim() && !selected.includes('\n')) return this.add(selected)
    this.#form.hidden = false
    this.#said.textContent = ''
    this.#input.focus()
    this.#input.select()
  }

  /** @param {string} text */
  add(text) {
    if (!text || this.#texts.includes(text)) return
    const free = Array.from({ length: COLOURS }, (_, i) => i).find((i) => !this.#texts[i])
    if (free === undefined) {
      this.#form.hidden = false
      this.#said.textContent = words.full(COLOURS)
      return
    }
    for (let i = this.#texts.length; i < free; i++) this.#texts[i] = ''
    this.#texts[free] = text.slice(0, LONGEST)
    this.#input.value = ''
    this.#draw()
  }

  // Private

  /** @param {number} i */
  #remove(i) {
    this.#texts[i] = ''
    this.#said.textContent = ''
    this.#draw()
    if (!this.#chips.contains(document.activeElement)) this.#back()
  }

  #close() {
    this.#form.hidden = true
    this.#back()
  }

  #draw() {
    this.marks = this.#texts.flatMap((text, i) => {
      const find = text ? pattern({ text, regex: false, case: false }) : null
      return find ? [{ find, name: `mark-${i + 1}` }] : []
    })
    this.#chips.replaceChildren(...this.#texts.flatMap((text, i) => (text ? [this.#chip(text, i)] : [])))
    this.#changed()
  }

  /** @param {string} text @param {number} i */
  #chip(text, i) {
    const chip = document.createElement('button')
    chip.type = 'button'
    chip.className = 'chip'
    chip.title = words.drop
    const mark = chip.appendChild(document.createElement('mark'))
    mark.className = `mark-${i + 1}`
    mark.textContent = text
    chip.addEventListener('click', () => this.#remove(i))
    return chip
  }
}
