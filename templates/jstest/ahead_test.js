import { Buffer } from '../static/js/window/buffer.js'
import { Ahead } from '../static/js/window/ahead.js'
import { Extent } from '../static/js/window/extent.js'
import { Journey } from '../static/js/window/journey.js'
import { equal } from './check.js'

/** Questions that are written down. */
function noted() {
  const asked = []
  const ask = (question, asker) => {
    const one = { ...question, asker, over: 0 }
    asked.push(one)
    return () => one.over++
  }
  return { asked, ask }
}

/** An asker that writes down what it hears. */
function hears(heard, then = () => {}) {
  return {
    frame: (frame, last) => {
      heard.push([frame, last])
      then()
    },
    refused: (words) => heard.push(words),
  }
}

export async function testWhatCameBeforeAndAfterItIsTakenComesInOrder() {
  const { asked, ask } = noted()
  const ahead = new Ahead({ ask }, { ask: 'place', behind: 7 })
  equal([asked.length, asked[0].ask, asked[0].behind], [1, 'place', 7])
  const heard = []
  asked[0].asker.frame('a', false)
  asked[0].asker.frame('b', false)
  const cancel = ahead.ask({}, hears(heard))
  equal(heard.length, 0, 'whoever asks knows first how to give it up')
  await null
  asked[0].asker.frame('c', true)
  equal([heard, asked.length, asked[0].over], [[['a', false], ['b', false], ['c', true]], 1, 0])
  cancel()
  equal(asked[0].over, 1)
}

export async function testARefusalIsHeardLate() {
  const { asked, ask } = noted()
  const ahead = new Ahead({ ask }, { ask: 'place' })
  asked[0].asker.refused('no')
  const heard = []
  ahead.ask({}, hears(heard))
  await null
  equal(heard, ['no'])
}

export async function testNothingComesToWhoeverGivesItUp() {
  const { asked, ask } = noted()
  const ahead = new Ahead({ ask }, { ask: 'place' })
  asked[0].asker.frame('a', false)
  asked[0].asker.frame('b', false)
  const heard = []
  const cancel = ahead.ask({}, hears(heard, () => cancel()))
  await null
  equal(heard, [['a', false]])
}

/** A journey through a log of which nothing is here, and what its reader is to do. */
function journey() {
  const { asked, ask } = noted()
  const gone = []
  const extent = new Extent()
  extent.edge = 1000
  const reader = { filter: undefined, stay() {}, go: (where, px, shown, questions) => gone.push({ ...where, ahead: questions instanceof Ahead, shown }) }
  const parts = { extent, reader, buffer: new Buffer(), view: {}, tail: { questions: { ask } }, scroller: {} }
  return { journey: new Journey(parts), asked, gone, reader }
}

export function testWhatIsExpectedIsTakenOnceAndOnlyThere() {
  const { journey: j, asked, gone } = journey()
  j.expect(0.5)
  equal([asked.length, asked[0].ask, asked[0].behind, gone.length], [1, 'place', 500, 0])
  j.toFraction(0.5, () => {})
  equal([gone.length, gone[0].ahead, asked.length, asked[0].over], [1, true, 1, 0])
  j.expect(null)
  equal(asked[0].over, 0, 'it is the reader that has it now')

  const other = journey()
  other.journey.expect(0.5)
  other.journey.toFraction(0.6, () => {})
  equal([other.gone[0].ahead, other.gone[0].behind, other.asked[0].over], [false, 400, 0])
  other.journey.expect(0.7)
  equal([other.asked[0].over, other.asked.length], [1, 2], 'one is expected at a time')
  other.journey.expect(null)
  equal(other.asked[1].over, 1)
}

export function testNothingIsExpectedThatIsFarToReadOrHereAnyhow() {
  const { journey: j, asked, gone, reader } = journey()
  j.expect(0)
  j.expect(1)
  reader.filter = { include: [{ text: 'rare' }] }
  j.expect(0.5)
  equal(asked.length, 0)
  reader.filter = undefined
  j.expect(0.5)
  reader.filter = { include: [{ text: 'rare' }] }
  j.toFraction(0.5, () => {})
  equal(gone[0].ahead, false, 'its lines are of no filter')
}

export function testWhatIsExpectedForLongIsForgotten() {
  const plain = globalThis.setTimeout
  const due = []
  globalThis.setTimeout = (act, ms) => due.push({ act, ms })
  try {
    const { journey: j, asked, gone } = journey()
    j.expect(0.5)
    equal([due.length, due[0].ms], [1, 5000])
    due[0].act()
    equal(asked[0].over, 1)
    j.toFraction(0.5, () => {})
    equal(gone[0].ahead, false)
  } finally {
    globalThis.setTimeout = plain
  }
}
