// The first page: which logs there are, live while somebody looks.

import { isSort } from './list/arrange.js'
import { tellSignedIn } from './common/ask.js'
import { signInPage } from './common/base.js'
import { Book } from './list/book.js'
import { comeAgain } from './common/comeagain.js'
import { characterKeys, habit, remember } from './common/habits.js'
import { keys } from './list/listkeys.js'
import { letGo } from './list/lettinggo.js'
import { Rows } from './list/rows.js'
import { Shared } from './list/shared.js'
import { theme } from './common/theme.js'
import { list as words, tail as tailWords } from './common/words.js'
import { write } from './common/write.js'

const TICK = 1000
/** A wait is not mentioned before this: most are shorter. */
const PATIENCE = 300
/** How far down the page was that came again by itself, in px. */
const TOP = 'livetail.top'

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const { version = '' } = document.body.dataset
const [list, empty, truth, changes, hint, sum, help] = ['list', 'empty', 'truth', 'changes', 'hint', 'sum', 'keys'].map(part)
const filter = /** @type {HTMLInputElement} */ (part('filter'))
const sort = /** @type {HTMLSelectElement} */ (part('sort'))
const byCharacter = /** @type {HTMLInputElement} */ (part('characters'))

const book = new Book()
const rows = new Rows(list, book, () => draw())
/** @type {import('./list/live.js').State} */
let state = { kind: 'loading', words: '', until: 0, polls: false }
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking
let top = Number(sessionStorage.getItem(TOP))
sessionStorage.removeItem(TOP)

// What is looked for is in the address, so that it can be sent to somebody.
const asked = new URLSearchParams(location.search)
const order = asked.get('sort') ?? habit('sort', 'group')
filter.value = asked.get('q') ?? filter.value
sort.value = isSort(order) ? order : 'group'

function address() {
  const query = new URLSearchParams(location.search)
  query.delete('q')
  query.delete('sort')
  if (filter.value.trim() !== '') query.set('q', filter.value.trim())
  if (sort.value !== 'group') query.set('sort', sort.value)
  history.replaceState(history.state, '', query.size > 0 ? `?${query}` : location.pathname)
}

function sift() {
  rows.filter = filter.value
  address()
  draw()
}

function resort() {
  rows.sort = isSort(sort.value) ? sort.value : 'group'
  draw()
}

function arrange() {
  rows.arrange()
  draw()
}

function draw() {
  const { kind, words: said, until, polls } = state
  const wait = kind === 'retry' ? `◌ ${words.retry(said, until - Date.now())}` : ''
  const live = said ? `◌ ${said}` : `● ${polls ? words.polls : words.live}`
  const text = kind === 'signedout' ? words.signedOut : wait || (book.begun ? live : `◌ ${words.loading}`)
  write(truth, text)
  truth.className = kind === 'live' && !said && book.begun ? 'live' : kind === 'retry' ? 'retry' : ''
  sum.textContent = !book.begun ? '' : filter.value ? words.filtered(rows.shown, rows.size) : words.logs(rows.size)
  write(hint, older() ? tailWords.newer : '')
  const { held } = rows
  changes.hidden = held === 0
  changes.textContent = held > 0 ? words.changes(held) : words.reordered
  empty.hidden = !book.begun || rows.building || rows.shown > 0
  if (top > 0 && book.begun && !rows.building) {
    scrollTo(0, top)
    top = 0
  }
  if (!empty.hidden) empty.textContent = rows.size > 0 ? words.noMatch(filter.value) : 'admin' in list.dataset ? words.emptyAdmin : words.empty
}

function tick() {
  rows.tick()
  rows.calm()
  draw()
}

/** Whether the server is newer than this page. */
function older() {
  return version !== '' && book.version !== '' && book.version !== version
}

function look() {
  clearInterval(ticking)
  if (older()) comeAgain(version, () => sessionStorage.setItem(TOP, String(scrollY)))
  if (document.hidden) return
  if (book.begun) tick()
  ticking = setInterval(tick, TICK)
}

filter.addEventListener('input', sift)
sort.addEventListener('change', () => {
  remember('sort', sort.value)
  address()
  resort()
})
changes.addEventListener('click', arrange)
list.addEventListener('pointerleave', () => {
  rows.calm()
  draw()
})
list.addEventListener('focusout', () => setTimeout(() => rows.calm()))
list.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  if (target.closest('.pin')) rows.pin(target)
  if (target.matches('.letgo')) letGo(target, rows)
  draw()
})
theme(/** @type {HTMLSelectElement} */ (part('theme')))
byCharacter.checked = characterKeys()
byCharacter.addEventListener('change', () => remember('keys', byCharacter.checked))
keys({
  filter, list, help, rows,
  clear: () => {
    filter.value = ''
    sift()
  },
})
document.addEventListener('visibilitychange', look)

rows.filter = filter.value
rows.sort = isSort(sort.value) ? sort.value : 'group'
setTimeout(() => book.begun || draw(), PATIENCE)
look()
new Shared({
  take: (message, at) => {
    if (!book.begun) tellSignedIn()
    rows.show(book.take(message, at))
    draw()
  },
  tell: (now) => {
    state = now
    if (now.kind === 'signedout') location.replace(signInPage())
    if (now.kind !== 'loading') draw()
  },
  all: () => book.all(),
})
