import { Buffer } from '../static/js/window/buffer.js'
import { BACKLOG } from '../static/js/tail/frame.js'
import { Errors } from '../static/js/view/errors.js'
import { Extent } from '../static/js/window/extent.js'
import { Reader } from '../static/js/window/reader.js'
import { lines, ok, equal } from './check.js'

/** A reader whose questions are written down, and answered by nobody. */
function read(max) {
  const asked = []
  const ask = (question, asker) => {
    const one = { ...question, asker, over: false }
    asked.push(one)
    return () => (one.over = true)
  }
  const buffer = new Buffer(max)
  const view = { more: { above: false, below: false }, above: 0, below: 0, atEnd: true, anchor: { row: 0, px: 0 }, changed() {}, restart() {}, toRow() {} }
  const wishes = []
  const set = (wish, position, undo) => wishes.push({ ...wish, undo })
  const extent = new Extent()
  const reader = new Reader({ tail: { position: '', questions: { ask }, set }, buffer, view, extent })
  let offset = 1000
  const add = (n) => {
    for (let i = 0; i < n; i++, offset += 5) reader.take(lines('line\n', 0, { start: offset, offset: offset + 5, position: `p${offset + 5}` }))
  }
  return { asked, buffer, view, wishes, reader, extent, add }
}

export function testRowsThatGoTakeTheQuestionForOlderOnesAlong() {
  const { asked, buffer, reader, add } = read({ lines: 100 })
  add(10)
  reader.fill()
  equal([asked.length, asked[0].from, asked[0].over], [1, buffer.head, false])
  add(80)
  ok(!asked[0].over, 'the rows that it is to join are here')
  add(20)
  ok(buffer.first > 0, 'old rows went')
  ok(asked[0].over, 'its answer would leave a hole')
  reader.fill()
  equal([asked.length, asked[1].from], [2, buffer.head])
}

export function testRowsThatGoTakeTheQuestionForNewerOnesAlong() {
  const { asked, buffer, reader, add } = read({ lines: 100 })
  add(90)
  reader.rest()
  reader.wake(false)
  reader.fill()
  equal([asked.length, asked[0].back, asked[1].back], [2, true, undefined])
  asked[0].asker.frame(lines('line\n'.repeat(20), 0, { start: 900, offset: 900, position: 'p900' }), true)
  ok(buffer.next < 90, 'new rows went')
  ok(asked[1].over, 'its answer would leave a hole')
  reader.fill()
  equal(asked.at(-2).from === buffer.tail || asked.at(-1).from === buffer.tail, true)
}

export function testOfALogThatIsNotThereIsAskedOnce() {
  const { asked, reader, add } = read({ lines: 100 })
  add(1)
  reader.fill()
  asked[0].asker.frame({ ...lines('', 0, { position: 'p0' }), marker: { kind: 'end', at: 0, end: 'start' } }, true)
  reader.fill()
  equal(asked.length, 1, 'there is nothing before it')
}

export function testNoOlderRowsAreAskedForThatWouldJoinRowsThatAreAboutToGo() {
  const { asked, buffer, reader, add } = read()
  add(10)
  reader.filter = { include: [{ text: 'a' }] }
  reader.fill() // a frame is drawn before the first line comes that passes
  reader.unfold()
  equal(asked.length, 0, 'those of before')
  add(3)
  reader.fill()
  equal([asked.length, asked[0].from, buffer.next - buffer.first], [1, buffer.head, 3])
}

export function testWhileAPlaceIsGoneToNoRowsOfThatBeforeAreAskedFor() {
  const { asked, reader, view, add } = read()
  add(10)
  view.atEnd = false
  reader.filter = { include: [{ text: 'a' }] }
  reader.fill()
  equal([asked.length, asked[0].back], [1, undefined])
  asked[0].asker.frame(lines('aa\n', 0, { start: 1000, offset: 1003, position: 'p1003' }), false)
  reader.fill()
  equal([asked.length, asked[1].back], [2, true])
}

export function testWhoHasScrolledSinceAJumpAndFiltersGoesOnFromThere() {
  const { asked, reader, view, add } = read()
  add(10)
  reader.rest()
  reader.wake(false)
  view.toEnd = () => {}
  reader.toLive()
  view.atEnd = false // scrolled up before the answer
  reader.filter = { include: [{ text: 'a' }] }
  reader.stay() // and is somewhere else before the answer to that
  const before = asked.length
  reader.fill()
  equal(asked.slice(before).map(({ back }) => back), [true, undefined], 'rows on both sides are asked for')
}

export function testTwoFiltersThatCannotBeLeaveAllAsItWas() {
  const { wishes, buffer, reader, add } = read()
  add(10)
  const one = { include: [{ text: 'one' }] }
  reader.filter = one
  reader.take(lines('one\n', 0, { start: 2000, offset: 2004, position: 'p2004', looked: 9, passed: 1 }))
  reader.filter = { include: [{ text: '(', regex: true }] }
  reader.filter = { include: [{ text: '(a', regex: true }] }
  for (const { undo } of wishes.slice(1).reverse()) undo()
  equal([reader.live, reader.filter, reader.counted.looked, reader.counted.passed], [true, one, 9, 1])
  add(1)
  equal(buffer.next - buffer.first, 2, 'rows that were here stay')
  // One that can be, of which nothing came yet, is what was before: its rows replace those that are here.
  reader.filter = { include: [{ text: 'two' }] }
  reader.filter = { include: [{ text: '(', regex: true }] }
  wishes.at(-1).undo()
  add(1)
  equal(buffer.next - buffer.first, 1, 'rows')
}

export function testWhatThereIsNoRoomForCountsOnce() {
  const { buffer, wishes, reader, add } = read({ lines: 100 })
  add(90)
  buffer.keep = { from: buffer.first, to: buffer.next } // somebody looks at them
  const frame = { errors: 2, looked: 30, passed: 20, position: 'later' }
  reader.take(lines('line\n'.repeat(20), 0, { start: 1450, offset: 1550, ...frame }))
  equal([reader.live, wishes.at(-1).quiet, buffer.tail], [false, true, 'p1450'], 'it is asked for again, to be counted')
  equal([reader.arrived, reader.errors, reader.counted.looked, reader.counted.passed], [90, 0, 0, 0])
  reader.take(lines('', 0, { start: 1550, offset: 1550, ...frame }))
  equal([reader.arrived, reader.errors, reader.counted.looked, reader.counted.passed], [110, 2, 30, 20])
}

export function testAnErrorThatThereIsNoRoomForHasOneTick() {
  const { buffer, reader, extent, add } = read({ lines: 100 })
  const errors = new Errors()
  extent.placed = (frame, shift) => errors.came(frame, shift)
  add(90)
  buffer.keep = { from: buffer.first, to: buffer.next }
  reader.take(lines('line\n'.repeat(10) + 'ERROR\n' + 'line\n'.repeat(10), 0, { start: 1450, offset: 1556, errors: 1, position: 'later' }))
  ok(!reader.live, 'there is none')
  reader.take(lines('', 0, { start: 1600, offset: 1600, errors: 1, passed: 30 })) // it comes again, and what was written since
  errors.look()
  equal(errors.at(extent).length, 1, 'ticks')
}

export function testWhatWasThereOrWasCountedIsNotNew() {
  const { reader, view } = read()
  let offset = 0
  const frame = (start, text, rest = {}) => {
    offset = start + text.length
    return lines(text, 0, { start, offset, position: `p${offset}`, ...rest })
  }
  const counts = (to, passed) => reader.take(lines('', 0, { start: to, offset: to, position: `p${to}`, passed }))
  view.toEnd = () => {}
  reader.take({ ...lines('', 0, { offset: 500 }), marker: { kind: 'opened', at: 0 } })
  reader.take(frame(500, 'old\n'.repeat(25), { flags: BACKLOG }))
  reader.take({ ...lines('', 0, { offset: 600 }), marker: { kind: 'live', at: 0 } })
  equal(reader.arrived, 0, 'what the page opens with is not new')
  reader.take(frame(600, 'new\n'.repeat(10)))
  equal(reader.arrived, 10)
  reader.filter = { include: [{ text: 'e' }] }
  reader.take(frame(500, 'new\n'.repeat(35), { flags: BACKLOG, looked: 35, passed: 35 }))
  equal(reader.arrived, 10, 'what is fetched by another filter is not')
  reader.take(frame(640, 'new\n', { looked: 3, passed: 1 }))
  equal(reader.arrived, 11)
  reader.rest()
  counts(660, 4)
  equal(reader.arrived, 15)
  reader.wake(true)
  reader.take(frame(644, 'new\n'.repeat(5), { passed: 5 }))
  equal(reader.arrived, 16, 'of what was counted while nobody looked, and what came then')
  reader.rest()
  counts(1_000_000, 900)
  reader.wake(true)
  reader.take(frame(999_960, 'new\n'.repeat(10), { flags: BACKLOG }))
  equal(reader.arrived, 916, 'the rest is fetched by whoever scrolls there')
}

