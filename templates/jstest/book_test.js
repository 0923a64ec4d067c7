import { Book, key } from '../static/js/list/book.js'
import { bytesOf, SLOTS } from '../static/js/common/ring.js'
import { arrange } from '../static/js/list/arrange.js'
import { bars } from '../static/js/common/spark.js'
import { unread } from '../static/js/common/looked.js'
import { equal, ok } from './check.js'

const log = (id, more = {}) => ({ host: 'h', id, name: id, group: 'g', size: 1, age_ms: 1000, rate: 0, state: 'ok', tails: 0, ...more })
const ring = (...levels) => btoa(String.fromCharCode(...new Array(SLOTS - levels.length).fill(255), ...levels))
const end = (book, id, n = 3) => [...book.logs.get(`h ${id}`).ring.slice(SLOTS - n)]

export function testMessagesAreTakenIn() {
  const book = new Book()
  equal(book.all(), null)
  const first = book.take({ say: 'list', hosts: [{ host: 'h', state: 'away', away_ms: 5000 }], logs: [log('a', { ring: ring(1, 2) }), log('b', { age_ms: -1 })] }, Date.now())
  equal([first.moved, [...first.changed], book.begun], [true, ['h a', 'h b'], true])
  ok(Math.abs(Date.now() - 1000 - book.logs.get('h a').changed) < 1000, 'an age counts from its message')
  equal(book.logs.get('h b').changed, -1)
  equal([end(book, 'a'), end(book, 'b')], [[255, 1, 2], [255, 255, 255]])
  const change = book.take({ say: 'change', logs: [log('a', { size: 7 })] }, Date.now())
  equal([change.moved, [...change.changed], book.logs.get('h a').size, end(book, 'a')], [false, ['h a'], 7, [255, 1, 2]], 'the ring stays')
  book.take({ say: 'change', columns: [{ host: 'h', grew: { a: 9, b: 255 } }, { host: 'other', grew: { a: 1 } }] }, Date.now())
  equal([end(book, 'a'), end(book, 'b')], [[1, 2, 9], [255, 255, 255]])
  book.take({ say: 'change', columns: [{ host: 'h', grew: {} }] }, Date.now())
  equal([end(book, 'a'), end(book, 'b')], [[2, 9, 0], [255, 255, 0]])
  ok(book.take({ say: 'change', gone: [{ host: 'h', id: 'b' }] }, Date.now()).moved, 'a log that goes')
  equal([...book.logs.keys()], ['h a'])
  ok(book.take({ say: 'change', logs: [log('a', { state: 'missing' })] }, Date.now()).moved, 'another state')
  const whole = book.take({ say: 'change', whole: ['h'], logs: [log('c')] }, Date.now())
  equal([whole.moved, [...book.logs.keys()]], [true, ['h c']])
  ok(!book.take({ say: 'beat' }, Date.now()).moved, 'a beat is nothing')
}

/** A test whose clock stands still: a busy machine takes long for what is nothing. @param {() => void} test */
function atOnce(test) {
  const { now } = Date
  const at = now()
  Date.now = () => at
  try {
    test()
  } finally {
    Date.now = now
  }
}

export const testAllOfItMakesTheSame = () => atOnce(() => {
  const book = new Book()
  book.take({ say: 'list', hosts: [{ host: 'h', state: 'away', away_ms: 5000, notes: ['n'], binary: 1 }], logs: [log('a', { ring: ring(4, 5) }), log('b', { age_ms: -1, state: 'stopped', stop: { by: 'root', age_ms: 5000, left: true } })] }, Date.now() - 2000)
  const copy = new Book()
  copy.take(structuredClone(book.all()), Date.now())
  equal(end(copy, 'a'), [255, 4, 5])
  equal(copy.logs.get('h a').changed, book.logs.get('h a').changed, 'the same age')
  equal(copy.logs.get('h b').changed, -1)
  for (const [of, { by, since, left }] of [['of it', book.logs.get('h b').stop], ['of the copy', copy.logs.get('h b').stop]]) {
    equal([by, left, Date.now() - since], ['root', true, 7000], `the stop ${of}`)
  }
  equal(copy.logs.get('h a').stop, undefined)
  ok(Math.abs(copy.awayFor(copy.hosts.get('h')) - 7000) < 500, 'away since the same time')
})

export function testLevels() {
  equal([0, 1, 9, 81].map(bytesOf), [0, 1, 2, 1024])
  ok(Number.isNaN(bytesOf(255)), 'unknown is no number')
}

export function testBars() {
  equal(bars(new Uint8Array(SLOTS).fill(255)), { none: '', some: '' }, 'unknown is blank')
  equal(bars(new Uint8Array(SLOTS)).none.split('M').length, SLOTS + 1)
  const levels = new Uint8Array(SLOTS)
  levels.set([81, 1], SLOTS - 2)
  equal(bars(levels).some, 'M116 16v-8h1.5v8zM118 16v-2h1.5v2z', 'little does not fill the height, and is seen')
  levels.set([161], SLOTS - 2)
  ok(bars(levels).some.startsWith('M116 16v-16h'), 'much does')
}

const ids = (plan) => plan.map(({ title, logs }) => `${title}: ${logs.map(key).join(', ')}`)

export function testOrders() {
  const book = new Book()
  book.take({ say: 'list', hosts: [{ host: 'h', state: 'here', away_ms: 0, notes: [], binary: 0 }], logs: [
    log('a-10', { age_ms: 5, rate: 3, size: 1, error_rate: 0.1 }), log('a-9', { age_ms: 9, rate: 9, size: 2 }), log('b', { group: '', age_ms: -1, size: 3 }), log('x', { state: 'unreadable' })] }, Date.now())
  equal(ids(arrange(book, 'group', new Set())), [': h b', 'g: h a-9, h a-10', ': h x'])
  equal(ids(arrange(book, 'last', new Set())), ['by last line: h a-10, h a-9, h b', ': h x'])
  equal(ids(arrange(book, 'rate', new Set())), ['by rate: h a-9, h a-10, h b', ': h x'])
  equal(ids(arrange(book, 'errors', new Set())), ['by errors: h a-10, h a-9, h b', ': h x'])
  equal(ids(arrange(book, 'size', new Set(['h a-9']))), ['pinned: h a-9', 'by size: h b, h a-10', ': h x'])
}

export function testUnread() {
  const at = 1000
  const grew = (since) => (equal(since, at), 30)
  equal(unread(undefined, { size: 100, changed: 2000 }, grew), 0, 'never looked at')
  const look = { at }
  equal(unread(look, { size: 100, changed: 500 }, grew), 0, 'nothing since')
  equal([look.size, unread(look, { size: 140, changed: 2000 }, grew)], [100, 40])
  equal(unread(look, { size: 20, changed: 3000 }, grew), 20, 'after a rotation it is a new file')
  const late = { at }
  equal(unread(late, { size: 100, changed: 2000 }, grew), 30)
  equal(unread({ at }, { size: 100, changed: 2000 }, () => -1), -1, 'longer ago than is known')
}
