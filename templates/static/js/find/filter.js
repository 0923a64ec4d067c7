// The filter above the log: what of it passes, asked of the worker.

import { debounce } from '../common/debounce.js'
import { filter as words } from '../common/words.js'

/** Typing is over after so long, in ms. */
const PAUSE = 300

/** @typedef {'error' | 'warn' | 'info' | 'debug' | 'other'} Level */
/** @typedef {{ name: string, value: string, not: boolean }} Field */
/** @typedef {{ include: string, exclude: string, regex: boolean, case: boolean, levels: Level[], fields: Field[] }} Choice */

/** @returns {Choice} */
export function everything() {
  return { include: '', exclude: '', regex: false, case: false, levels: [], fields: [] }
}

/** What a choice is in the protocol; undefined: all lines pass. @param {Choice} choice */
export function asked({ include, exclude, regex, case: exact, levels, fields }) {
  /** @param {string} text */
  const term = (text) => (text ? [{ text, regex, case: exact }] : undefined)
  const filter = { include: term(include), exclude: term(exclude), levels: levels.length > 0 ? levels : undefined, fields: fields.length > 0 ? fields : undefined }
  return Object.values(filter).some(Boolean) ? filter : undefined
}

export class Filter {
  /** @type {Choice} */
  choice = everything()

  #root
  #apply
  #leave
  #inputs
  #toggles
  #problem
  #fields
  #type = debounce(() => this.#changed(), PAUSE)

  /**
   * @param {HTMLElement} root the bar, with everything named by data-filter in it
   * @param {HTMLElement} fields where the fields stand that are asked for
   * @param {HTMLElement} problem where it is said what is wrong
   * @param {() => void} apply there is another choice
   * @param {() => void} leave the keys are for the log again
   */
  constructor(root, fields, problem, apply, leave) {
    this.#root = root
    this.#problem = problem
    this.#apply = apply
    this.#leave = leave
    this.#inputs = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll('input[data-filter]')])
    this.#toggles = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll('button[data-filter], button[data-level]')])
    this.#fields = fields
    for (const input of this.#inputs) {
      input.addEventListener('input', () => this.#type.soon())
      input.addEventListener('keydown', (event) => this.#key(event, input))
    }
    for (const toggle of this.#toggles) toggle.addEventListener('click', () => this.#toggle(toggle))
  }

  /** Shows a choice, and asks for it. @param {Partial<Choice>} choice */
  set(choice) {
    this.choice = { ...everything(), ...choice }
    this.#show()
    this.#apply()
  }

  /** Lines with this field only, or without; once more takes it away. @param {Field} field */
  field(field) {
    const { fields } = this.choice
    const others = fields.filter((one) => one.name !== field.name || one.value !== field.value)
    const there = fields.some((one) => one.name === field.name && one.value === field.value && one.not === field.not)
    this.set({ ...this.#written, fields: there ? others : [...others, field] })
  }

  focus() {
    this.#inputs[0].focus()
    this.#inputs[0].select()
  }

  /** What is wrong with the pattern; '': nothing. @param {string} text @param {string} [part] of the filter */
  problem(text, part) {
    this.#problem.textContent = text
    this.#problem.hidden = text === ''
    for (const input of this.#inputs) {
      input.ariaInvalid = String(text !== '' && input.dataset.filter === (part ?? 'include'))
    }
  }

  /** @returns {boolean} whether there was anything to take away */
  clear() {
    const had = asked(this.choice) !== undefined || this.#inputs.some(({ value }) => value !== '')
    if (had) this.set({})
    return had
  }

  // Private

  /** @param {KeyboardEvent} event @param {HTMLInputElement} input */
  #key(event, input) {
    if (event.isComposing) return // Enter and Escape are for what helps to write
    if (event.key === 'Escape' && input.value !== '') {
      input.value = ''
      this.#type.now()
    } else if (event.key === 'Enter' || event.key === 'Escape') {
      this.#type.now()
      this.#leave()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** @param {HTMLButtonElement} toggle */
  #toggle(toggle) {
    toggle.ariaPressed = String(toggle.ariaPressed !== 'true')
    this.#changed()
  }

  /** What stands in the bar: it may have been typed just now. @returns {Choice} */
  get #written() {
    const choice = { ...everything(), fields: this.choice.fields }
    for (const { dataset, value } of this.#inputs) choice[/** @type {'include' | 'exclude'} */ (dataset.filter)] = value
    for (const { dataset, ariaPressed } of this.#toggles) {
      if (ariaPressed !== 'true') continue
      if (dataset.level) choice.levels.push(/** @type {Level} */ (dataset.level))
      else choice[/** @type {'regex' | 'case'} */ (dataset.filter)] = true
    }
    return choice
  }

  #changed() {
    const choice = this.#written
    if (JSON.stringify(choice) === JSON.stringify(this.choice)) return
    this.choice = choice
    this.#apply()
  }

  #show() {
    for (const input of this.#inputs) input.value = this.choice[/** @type {'include' | 'exclude'} */ (input.dataset.filter)]
    for (const toggle of this.#toggles) {
      const { level, filter } = toggle.dataset
      toggle.ariaPressed = String(level ? this.choice.levels.includes(/** @type {Level} */ (level)) : this.choice[/** @type {'regex' | 'case'} */ (filter)])
    }
    this.#fields.replaceChildren(...this.choice.fields.map((field) => this.#chip(field)))
    this.#root.classList.toggle('filtered', asked(this.choice) !== undefined)
  }

  /** @param {Field} field */
  #chip(field) {
    const chip = document.createElement('button')
    chip.type = 'button'
    chip.className = 'chip'
    chip.textContent = words.field(field)
    chip.title = words.drop
    chip.addEventListener('click', () => this.field(field))
    return chip
  }
}
