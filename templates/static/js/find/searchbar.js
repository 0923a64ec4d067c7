// The bar of the search: what is searched for, how many lines have it, and where they are. It is loaded, with the search, when
// somebody searches.

import { Chart } from './chart.js'
import { debounce } from '../common/debounce.js'
import { search as words } from '../common/words.js'

const PAUSE = 400

/** @param {HTMLElement} root @param {string} name */
const named = (root, name) => /** @type {HTMLElement} */ (root.querySelector(`[data-search="${name}"]`))

export class Searchbar {
  #root
  #search
  #journey
  #input
  #toggles
  #type = debounce(() => this.start(), PAUSE)
  #back
  #meant
  #chart

  /**
   * @param {HTMLElement} root @param {import('./search.js').Search} search @param {import('../window/journey.js').Journey} journey
   * @param {() => import('./meant.js').Meant} meant whose clock times are told by
   * @param {() => void} back the focus goes back to the log
   */
  constructor(root, search, journey, meant, back) {
    this.#root = root
    this.#search = search
    this.#journey = journey
    this.#meant = meant
    this.#back = back
    this.#input = /** @type {HTMLInputElement} */ (named(root, 'text'))
    this.#toggles = /** @type {HTMLButtonElement[]} */ ([named(root, 'regex'), named(root, 'case')])
    this.#input.addEventListener('input', () => this.#type.soon())
    this.#input.addEventListener('keydown', (event) => this.#key(event))
    const acts = { next: () => search.next(false), before: () => search.next(true), first: () => search.first(), last: () => search.last(), stop: () => this.#stop(), close: () => this.close() }
    for (const [name, act] of Object.entries(acts)) named(root, name).addEventListener('click', act)
    const chart = named(root, 'chart')
    this.#chart = new Chart(chart, (part) => this.#jump(part))
    new ResizeObserver(() => this.draw()).observe(chart)
    if (this.open && this.#input.value) this.#type.soon() // typed before the search was here
  }

  get open() {
    return !this.#root.hidden
  }

  /** Searches for what is written here. */
  start() {
    const [regex, exact] = this.#toggles.map(({ ariaPressed }) => ariaPressed === 'true')
    const { term } = this.#search
    const text = this.#input.value
    if (term ? term.text === text && term.regex === regex && term.case === exact : !text) return
    this.#search.start({ text, regex, case: exact })
    if (text) this.#search.next(true)
  }

  /** @param {import('./search.js').Term} term */
  set({ text, regex, case: exact }) {
    this.#root.hidden = false
    this.#input.value = text
    this.#toggles[0].ariaPressed = String(regex)
    this.#toggles[1].ariaPressed = String(exact)
    this.start()
  }

  close() {
    this.#root.hidden = true
    this.#search.start(null)
    this.#back()
  }

  draw() {
    const search = this.#search
    if (!this.open) return
    named(this.#root, 'stop').hidden = !search.counting && search.state !== 'looking'
    named(this.#root, 'count').textContent = search.term && search.state !== 'refused' ? words.count(search.count, search.done) : ''
    const said = search.state === 'none' ? words.none : search.state === 'refused' ? search.why : search.held || (search.state === 'looking' && !search.counting ? words.looking : '')
    named(this.#root, 'said').textContent = said
    this.#input.ariaInvalid = String(search.state === 'refused')
    this.#chart.draw(search.stretches, this.#meant(), search.hit?.place ?? NaN)
  }

  // Private

  /** The button goes, and the keys are where they were before it. */
  #stop() {
    this.#search.cancel()
    this.#input.focus()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return
    if (event.key === 'Enter') {
      const fresh = this.#search.term?.text !== this.#input.value
      this.#type.now()
      if (!fresh) this.#search.next(event.shiftKey, event.repeat)
    } else if (event.key === 'Escape') this.close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** To the first hit of a part or, if it has none, to where it begins. @param {import('./stretches.js').Part} part */
  #jump({ n, from, at }) {
    if (n > 0) this.#search.after(from)
    else if (this.#search.stretches?.step) this.#journey.toTime(at, () => {})
    else this.#journey.toFraction(Math.max(0.0001, at), () => {})
  }
}
