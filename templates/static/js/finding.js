// Filter, search and times of one pane, connected.

import { asked, Filter } from './filter.js'
import { Hits, pattern } from './hits.js'
import { Search } from './search.js'
import { Searchbar } from './searchbar.js'
import { Timebar } from './timebar.js'
import { filter as words } from './words.js'

/** Ctrl+F pressed again so soon, in ms, is meant for the browser. */
const TWICE = 1000

export class Finding {
  #pane
  #hits = new Hits()
  /** @type {RegExp | null} */
  #pattern = null
  #asked = -Infinity

  /** @param {import('./pane.js').Pane} pane @param {() => void} changed what is looked at is another: the address says it */
  constructor(pane, changed) {
    this.#pane = pane
    this.filter = new Filter(pane.part('bar'), pane.part('fields'), pane.part('problem'), () => {
      this.filter.problem('')
      pane.reader.filter = asked(this.filter.choice)
      pane.part('bar').classList.toggle('filtered', pane.reader.filter !== undefined)
      changed()
    })
    this.search = new Search({ ...pane, reveal: (row) => pane.reading.folds.reveal(row) }, () => this.#found(changed))
    this.searchbar = new Searchbar(pane.part('search'), this.search, pane.journey, () => pane.focus())
    this.timebar = new Timebar(pane.part('time'), pane.journey, () => pane.focus())
    pane.part('go-to-time').addEventListener('click', () => this.timebar.show())
  }

  /** The worker does not understand the filter. @param {import('./tail.js').Refusal} refusal */
  refused({ words: why, in: part, at }) {
    this.#pane.reader.refused()
    this.filter.problem(words.wrong(why, at), part)
  }

  /** After the rows were drawn. */
  painted() {
    const { scroller, view, buffer, reader } = this.#pane
    const { hit } = this.search
    const row = hit && buffer.find(hit.file, hit.offset)
    this.#hits.paint(scroller.querySelectorAll('.row:not(.rule)'), this.#pattern, typeof row === 'number' ? view.element(row) : null)
    const passes = this.#pane.part('passes')
    const text = reader.filter ? words.passes(reader.passed, reader.looked) : ''
    if (passes.textContent !== text) passes.textContent = text
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  key(event) {
    const { key } = event
    if ((event.ctrlKey || event.metaKey) && key === 'f') return this.#ask()
    if (event.ctrlKey || event.altKey || event.metaKey) return false
    if (key === 'n') this.search.next(false)
    else if (key === 'N') this.search.next(true)
    else if (key === '/') this.filter.focus()
    else if (key === 't') this.timebar.show()
    else if (key === 'Escape' && this.searchbar.open) this.searchbar.close()
    else if (key === 'Escape') return this.filter.clear()
    else return false
    return true
  }

  // Private

  #ask() {
    if (performance.now() - this.#asked < TWICE) return false
    this.#asked = performance.now()
    const selected = getSelection()
    this.searchbar.show(this.#pane.scroller.contains(selected?.anchorNode ?? null) ? String(selected) : '')
    return true
  }

  /** @param {() => void} changed */
  #found(changed) {
    const { term, bars, count } = this.search
    this.#pattern = term && pattern(term)
    this.searchbar.draw()
    this.#pane.scrollbar.ticks = count > 0 ? bars.flatMap((n, i) => (n > 0 ? [{ at: (i + 0.5) / bars.length, kind: 'hit' }] : [])) : []
    this.#pane.view.changed()
    changed()
  }
}
