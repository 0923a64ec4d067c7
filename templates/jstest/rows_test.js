import { Book } from '../static/js/list/book.js'
import { Rows, SLICE } from '../static/js/list/rows.js'
import { equal, ok, until } from './check.js'

const log = (host, n) => ({ host, id: `${n}`, name: `app-${String(n).padStart(4, '0')}`, group: `g${n % 3}`, size: 1, age_ms: 1000, rate: 0, state: 'ok', tails: 0 })
const some = (host, n) => Array.from({ length: n }, (_, i) => log(host, i))
const names = (list) => [...list.querySelectorAll('section')].flatMap((section) => [section.querySelector('h2').textContent, ...[...section.querySelectorAll('.name')].map((name) => name.textContent)])

/** A list on the page, and what stands in it after each task that changed it. */
function world() {
  const list = document.body.appendChild(document.createElement('div'))
  const steps = []
  new MutationObserver(() => steps.push(names(list))).observe(list, { childList: true, subtree: true })
  const book = new Book()
  let told = 0
  const rows = new Rows(list, book, () => told++)
  return { list, steps, rows, told: () => told, take: (message) => rows.show(book.take(message, Date.now())) }
}

const made = (step) => step.filter((name) => name.startsWith('app-')).length

export async function testManyRowsComeInSlicesBelowEachOther() {
  const { list, steps, rows, told, take } = world()
  take({ say: 'list', hosts: [], logs: some('h', 4 * SLICE + 1) })
  equal([list.querySelectorAll('li').length, rows.building, rows.size, rows.held], [SLICE, true, 4 * SLICE + 1, 0], 'the first are there at once, and the others are on their way')
  await until(() => !rows.building, 'all are there')
  const all = names(list)
  await until(() => made(steps.at(-1)) === made(all), 'all were seen')
  equal([list.querySelectorAll('li').length, rows.held, told()], [4 * SLICE + 1, 0, 4])
  steps.forEach((step, i) => {
    equal(step, all.slice(0, step.length), 'nothing comes above what is there')
    ok(made(step) - made(steps[i - 1] ?? []) <= SLICE, 'no slice is too much')
  })
  equal(all.filter((name) => name.startsWith('g')), ['g0', 'g1', 'g2'])
  list.remove()
}

export async function testWhatIsPointedAtDoesNotMoveForSlices() {
  const { list, rows, take } = world()
  take({ say: 'list', hosts: [], logs: some('m', 2) })
  take({ say: 'change', whole: [], logs: some('a', 2 * SLICE) })
  ok(rows.building, 'rows come above those that are there')
  const before = names(list)
  list.querySelector('section:last-child a').focus()
  await until(() => !rows.building, 'it gives way')
  equal([names(list), rows.held], [before, SLICE], 'the order holds still')
  document.activeElement.blur()
  rows.calm()
  await until(() => list.querySelectorAll('li').length === 2 * SLICE + 2, 'all are there')
  list.remove()
}

export function testRowsThatStayAreNotMadeAnew() {
  const { list, rows, take } = world()
  take({ say: 'list', hosts: [], logs: some('h', 3) })
  const kept = [...list.querySelectorAll('li')]
  take({ say: 'change', logs: some('a', 2 * SLICE) })
  rows.sort = 'size' // other sections, while it is built
  ok(kept.every((row) => row.isConnected), 'they are the same elements')
  list.remove()
}

export function testTheFirstThatPassesIsFoundInWhatIsStillToCome() {
  const { list, rows, take } = world()
  take({ say: 'list', hosts: [], logs: some('h', 3 * SLICE) })
  rows.filter = `app-0${3 * SLICE - 1}`
  equal(rows.first()?.querySelector('.name')?.textContent, `app-0${3 * SLICE - 1}`)
  equal([rows.building, rows.shown], [false, 1])
  list.remove()
}
