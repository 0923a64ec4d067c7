import { Search, spread } from '../static/js/find/search.js'
import { equal, lines } from './check.js'

/** A search whose questions for a hit are answered when the test says so, each line of a byte. */
function search() {
  const asked = []
  const ask = (question, asker) => {
    if (question.quiet || !question.filter) return () => {}
    const one = { ...question, asker, over: false }
    asked.push(one)
    return () => (one.over = true)
  }
  const parts = { tail: { questions: { ask } }, reader: { seek() {} }, buffer: { edge: { file: 'f', offset: 100 }, next: 0, at: () => null, find: () => null }, view: { atEnd: true, top: { row: 0 } }, journey: { third: 0 }, extent: { shift: () => 0 }, reveal: () => false }
  const it = new Search(parts, () => {})
  it.start({ text: 'x', regex: false, case: false })
  const answer = (offset) => {
    const { asker } = asked.at(-1)
    if (offset !== undefined) asker.frame(lines('x\n', 0, { start: offset, offset: offset + 2 }), false)
    asker.frame({ ...lines(''), marker: { kind: 'end', at: 0, end: 'edge' } }, true)
  }
  return { it, asked, answer }
}

export function testEachPressIsAHitFurtherHoweverLateTheAnswers() {
  const { it, asked, answer } = search()
  it.first()
  answer(10)
  for (let presses = 0; presses < 3; presses++) it.next(false)
  it.next(false, true)
  equal([asked.length, asked.at(-1).over], [2, false], 'what is looked for is not given up')
  for (const offset of [20, 30, 40]) answer(offset)
  equal([asked.length, it.hit.offset, it.state], [4, 40, ''])
  // The other way is meant at once, and nothing of before any more.
  it.next(false)
  it.next(false)
  it.next(true)
  equal([asked.at(-2).over, asked.at(-1).back], [true, true])
  answer(30)
  equal([asked.length, it.hit.offset], [6, 30])
  // Where there are no more, no more are asked for.
  it.next(false)
  it.next(false)
  answer()
  equal([asked.length, it.state], [7, 'none'])
}

export function testHitsLieOnWhatWasLookedAt() {
  const bars = new Array(8).fill(0)
  spread(bars, 0, 0.5, 8)
  equal(bars, [2, 2, 2, 2, 0, 0, 0, 0], 'evenly, since nobody knows better')
  spread(bars, 0.5, 1, 3)
  equal(bars.reduce((sum, n) => sum + n), 11, 'each is counted once')
  equal(bars.slice(0, 4), [2, 2, 2, 2], 'what lies before stays')
  const one = new Array(8).fill(0)
  spread(one, 0.3, 0.3, 1)
  spread(one, 0.9, 0.1, 1)
  equal(one, [1, 0, 1, 0, 0, 0, 0, 0], 'also when the beginning has moved meanwhile')
}
