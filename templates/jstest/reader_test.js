import { Buffer } from '../static/js/buffer.js'
import { Extent } from '../static/js/extent.js'
import { Reader } from '../static/js/reader.js'
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
  const view = { more: { above: false, below: false }, above: 0, below: 0, changed() {} }
  const reader = new Reader({ tail: { position: '', questions: { ask }, set() {} }, buffer, view, extent: new Extent() })
  let offset = 1000
  const add = (n) => {
    for (let i = 0; i < n; i++, offset += 5) reader.take(lines('line\n', 0, { start: offset, offset: offset + 5, position: `p${offset + 5}` }))
  }
  return { asked, buffer, reader, add }
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
