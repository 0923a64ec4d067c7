// Filter, search and times of one pane, connected.

import { asked, everything, Filter } from './filter.js'
import { bring, Hits, pattern } from '../view/hits.js'
import { passed } from './passed.js'
import { Timebar } from './timebar.js'
import { filter as words } from '../common/words.js'
import { write } from '../common/write.js'

/** Ctrl+F pressed again so soon, in ms, is meant for the browser. */
const TWICE = 1000

export class Finding {
  #pane
  #hits = new Hits()
  /** @type {RegExp | null} */
  #pattern = null
  #asked = -Infinity
  /** The hit that was brought onto the screen. @type {object | null} */
  #brought = null
  /** What lines pass for, and the filter that it is of. @type {import('../line/line.js').Mark[]} */
  #marks = []
  /** @type {object | undefined} */
  #marked
  /** What a filter was chosen as, by what it is in the protocol. @type {WeakMap<object, import('./filter.js').Choice>} */
  #chosen = new WeakMap()
  /** What an address says, until the search is here. @type {import('./search.js').Term | null} */
  #term = null

  /** @param {import('../pane/pane.js').Pane} pane @param {() => void} changed what is looked at is another: the address says it */
  constructor(pane, changed) {
    this.#pane = pane
    this.filter = new Filter(pane.part('bar'), pane.part('fields'), pane.part('problem'), () => {
      this.filter.problem('')
      const { choice } = this.filter
      const filter = asked(choice)
      if (filter) this.#chosen.set(filter, choice)
      pane.reader.filter = filter
      pane.part('bar').classList.toggle('filtered', pane.reader.filter !== undefined)
      this.searching.now?.search.again()
      changed()
    }, () => pane.focus())
    this.searching = pane.later(() => Promise.all([import('./search.js'), import('./searchbar.js'), import('./meant.js')]).then(([{ Search }, { Searchbar }, { meant }]) => {
      const clock = () => meant(pane)
      const search = new Search({ ...pane, meant: clock, reveal: (row) => pane.reading.folds.reveal(row) }, () => this.#found(changed))
      return { search, bar: new Searchbar(pane.part('search'), search, pane.journey, clock, () => pane.focus()) }
    }))
    for (const toggle of pane.part('search').querySelectorAll('.toggle')) toggle.addEventListener('click', () => this.#toggle(toggle))
    this.timebar = new Timebar(pane.part('time'), pane)
    pane.part('search-button').addEventListener('click', () => this.#open())
    pane.part('search').addEventListener('keydown', (event) => event.key === 'Escape' && this.#early(event))
    pane.part('search').querySelector('[data-search="close"]')?.addEventListener('click', (event) => this.#early(event))
    pane.part('go-to-time').addEventListener('click', () => this.timebar.show())
  }

  /** The filter that is in force: what stands in its bar may be none that can be. */
  get choice() {
    return this.#chosen.get(this.#pane.reader.filter ?? this) ?? everything()
  }

  /** What is searched for. */
  get term() {
    const { now } = this.searching
    return now ? now.search.term : this.#term
  }

  /** What the filter lets lines pass for: they are drawn with it. */
  get marks() {
    const { filter } = this.#pane.reader
    if (filter !== this.#marked) this.#marks = passed(filter)
    this.#marked = filter
    return this.#marks
  }

  /** The times on the screen are of another clock now. */
  know() {
    this.timebar.know()
    this.searching.now?.bar.draw()
  }

  /** As an address says. @param {import('./search.js').Term} term */
  find(term) {
    this.#term = term
    this.searching.ask(({ bar }) => bar.set(term))
  }

  /** The worker does not understand the filter. @param {import('../tail/tail.js').Refusal} refusal */
  refused({ words: why, in: part, at }) {
    this.filter.problem(words.wrong(why, at), part)
  }

  /** After the rows were drawn. */
  painted() {
    const { scroller, view, buffer, reader, tail } = this.#pane
    this.#pane.reading.columns.find(this.#pattern)
    const hit = this.searching.now?.search.hit
    const row = hit && buffer.find(hit.file, hit.offset)
    this.#hits.paint(() => scroller.querySelectorAll('.row:not(.rule)'), this.#pattern, typeof row === 'number' ? view.element(row) : null)
    const { current } = this.#hits
    if (current && hit && hit !== this.#brought) {
      this.#brought = hit
      bring(scroller, current)
    }
    write(this.#pane.part('passes'), reader.filter ? words.passes(reader.counted.passed, reader.counted.looked, tail.state.kind === 'following') : '')
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  key(event) {
    const { key } = event
    const found = this.searching.now
    if ((event.ctrlKey || event.metaKey) && key === 'f') return this.#ask()
    if (event.ctrlKey || event.altKey || event.metaKey) return false
    if (key === 'n' || key === 'N') found?.search.next(key === 'N', event.repeat)
    else if (key === '/') this.filter.focus()
    else if (key === 't') this.timebar.show()
    else if (key === 'Escape' && found?.bar.open) found.bar.close()
    else if (key === 'Escape') return this.filter.clear()
    else return false
    return true
  }

  // Private

  #ask() {
    if (performance.now() - this.#asked < TWICE) return false
    this.#asked = performance.now()
    this.#open()
    return true
  }

  /** The search, for what is selected. */
  #open() {
    const selection = getSelection()
    const selected = this.#pane.scroller.contains(selection?.anchorNode ?? null) ? String(selection) : ''
    const root = this.#pane.part('search')
    const input = /** @type {HTMLInputElement} */ (root.querySelector('input'))
    const takes = selected !== '' && !selected.includes('\n') // what is selected is likely to be searched for
    root.hidden = false
    if (takes) input.value = selected
    input.focus()
    input.select()
    this.searching.ask(({ bar }) => takes && bar.open && bar.start())
  }

  /** It is seen at once; the search begins with it, or again. @param {Element} toggle */
  #toggle(toggle) {
    toggle.ariaPressed = String(toggle.ariaPressed !== 'true')
    this.searching.now?.bar.start()
  }

  /** It is closed again before it is here. @param {Event} event */
  #early(event) {
    if (this.searching.now) return
    event.preventDefault()
    event.stopPropagation()
    this.#pane.part('search').hidden = true
    this.#pane.focus()
  }

  /** @param {() => void} changed */
  #found(changed) {
    const { searching: { now } } = this
    if (!now) return
    const { term, bars, count } = now.search
    this.#pattern = term && pattern(term)
    now.bar.draw()
    this.#pane.scrollbar.ticks('hit', count > 0 ? bars.flatMap((n, i) => (n > 0 ? [(i + 0.5) / bars.length] : [])) : [])
    this.#pane.view.changed()
    changed()
  }
}
