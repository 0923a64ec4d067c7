// The first page: which logs there are, asked for every two seconds while somebody looks.

import { ask, tellSignedIn } from './ask.js'
import { Backoff } from './backoff.js'
import { listAPI, signInPage } from './base.js'
import { Rows } from './rows.js'
import { list as words } from './words.js'

const EVERY = 2000
/** A wait is not mentioned before this: most are shorter. */
const PATIENCE = 300

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const [list, empty, truth, changes, sum] = ['list', 'empty', 'truth', 'changes', 'sum'].map(part)
const filter = /** @type {HTMLInputElement} */ (part('filter'))

const rows = new Rows(list)
const backoff = new Backoff()
let asked = false
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
let next = 0
let failure = ''

async function poll() {
  clearTimeout(timer)
  const answer = await ask(listAPI)
  if (answer.status === 401) {
    truth.textContent = words.signedOut
    location.replace(signInPage())
    return
  }
  if (answer.body) show(answer.body)
  else failed(answer)
  later()
}

/** @param {any} body */
function show(body) {
  if (!asked) tellSignedIn()
  asked = true
  failure = ''
  next = EVERY
  backoff.reset()
  rows.show(body)
  draw()
}

/** @param {import('./ask.js').Answer} answer */
function failed(answer) {
  next = Math.max(answer.retry, backoff.next(), EVERY)
  failure = words.retry(answer.words, next)
  draw()
}

/** A page that nobody looks at asks nothing. */
function later() {
  clearTimeout(timer)
  if (!document.hidden) timer = setTimeout(poll, next)
}

function draw() {
  truth.textContent = failure ? `◌ ${failure}` : asked ? `● ${words.live}` : `◌ ${words.loading}`
  truth.className = failure ? 'retry' : asked ? 'live' : ''
  sum.textContent = filter.value ? words.filtered(rows.shown, rows.size) : words.logs(rows.size)
  changes.hidden = rows.held === 0
  changes.textContent = words.changes(rows.held)
  empty.hidden = !asked || rows.shown > 0
  if (!empty.hidden) empty.textContent = rows.size > 0 ? words.noMatch(filter.value) : 'admin' in list.dataset ? words.emptyAdmin : words.empty
}

filter.addEventListener('input', () => {
  rows.filter = filter.value
  draw()
})
changes.addEventListener('click', () => {
  rows.arrange()
  draw()
})
list.addEventListener('pointerleave', () => {
  rows.arrange()
  draw()
})
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return
  const typing = event.target === filter
  if (event.key === '/' && !typing) filter.focus()
  else if (event.key === 'Escape' && typing) {
    filter.value = ''
    filter.dispatchEvent(new Event('input'))
  } else if (event.key === 'Enter' && typing) rows.first()?.click()
  else if (event.key === 'ArrowDown') rows.move(1)
  else if (event.key === 'ArrowUp') rows.move(-1) || filter.focus()
  else return
  event.preventDefault()
})
document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : poll()))
addEventListener('online', poll)

setTimeout(() => asked || draw(), PATIENCE)
rows.filter = filter.value
poll()
