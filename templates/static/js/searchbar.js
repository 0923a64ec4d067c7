// The bar of the search: what is searched for, how many lines have it, and where they are. It is loaded, with the search, when
// somebody searches.

import { debounce } from './debounce.js'
import { search as words } from './words.js'

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
  /** @type {HTMLElement[]} */
  #bars = []

  /**
   * @param {HTMLElement} root @param {import('./search.js').Search} search @param {import('./journey.js').Journey} journey
   * @param {() => void} back the focus goes back to the log
   */
  constructor(root, search, journey, back) {
    this.#root = root
    this.#search = search
    this.#journey = journey
    this.#back = back
    this.#input = /** @type {HTMLInputElement} */ (named(root, 'text'))
    this.#toggles = /** @type {HTMLButtonElement[]} */ ([named(root, 'regex'), named(root, 'case')])
    this.#input.addEventListener('input', () => this.#type.soon())
    this.#input.addEventListener('keydown', (event) => this.#key(event))
    for (const toggle of this.#toggles) {
      toggle.addEventListener('click', () => {
        toggle.ariaPressed = String(toggle.ariaPressed !== 'true')
        this.start()
      })
    }
    const acts = { next: () => search.next(false), before: () => search.next(true), first: () => search.first(), last: () => search.last(), stop: () => search.cancel(), close: () => this.close() }
    for (const [name, act] of Object.entries(acts)) named(root, name).addEventListener('click', act)
    const chart = named(root, 'chart')
    this.#bars = search.bars.map(() => chart.appendChild(document.createElement('i')))
    chart.addEventListener('click', (event) => this.#jump(event, chart))
    if (this.#input.value) this.#type.soon() // typed before the search was here
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
    const { search } = { search: this.#search }
    if (!this.open) return
    named(this.#root, 'stop').hidden = !search.counting && search.state !== 'looking'
    named(this.#root, 'count').textContent = search.term ? words.count(search.count, search.counting, search.done) : ''
    const said = search.state === 'none' ? words.none : search.state === 'refused' ? search.why : search.held || (search.state === 'looking' && !search.counting ? words.looking : '')
    named(this.#root, 'said').textContent = said
    this.#input.ariaInvalid = String(search.state === 'refused')
    const most = Math.max(1, ...search.bars)
    this.#bars.forEach((bar, i) => {
      const n = search.bars[i]
      bar.style.height = n > 0 ? `${Math.max(12, Math.round((100 * n) / most))}%` : '0'
      bar.title = n > 0 ? words.bar(n) : ''
    })
  }

  // Private

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Enter') {
      const fresh = this.#search.term?.text !== this.#input.value
      this.#type.now()
      if (!fresh) this.#search.next(event.shiftKey)
    } else if (event.key === 'Escape') this.close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** @param {MouseEvent} event @param {HTMLElement} chart */
  #jump({ clientX }, chart) {
    const { left, width } = chart.getBoundingClientRect()
    this.#journey.toFraction(Math.min(0.9999, Math.max(0.0001, (clientX - left) / width)), () => {})
  }
}
