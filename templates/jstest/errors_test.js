import { BACKLOG, CONT } from '../static/js/tail/frame.js'
import { Extent } from '../static/js/window/extent.js'
import { Errors } from '../static/js/view/errors.js'
import { equal, lines, ok } from './check.js'

/** A history from one place to another. @param {number} begin @param {number} edge */
function history(begin, edge) {
  const extent = new Extent()
  extent.begin = begin
  extent.edge = edge
  return extent
}

/** Places of ticks. @param {Errors} errors */
function places(errors) {
  return errors.at(history(0, 1e6)).map((at) => Math.round(at * 1e6)).toSorted((a, b) => a - b)
}

/** Lines from a place on, of which so many report an error. @param {number} start @param {string} payload @param {number} errors @param {object} [rest] */
function frame(start, payload, errors, rest = {}) {
  return lines(payload, 0, { start, offset: start + payload.length, errors, ...rest })
}

/** Only counts: the tail has come to a place. @param {number} offset @param {number} errors */
function counts(offset, errors) {
  return lines('', 0, { offset, errors, looked: 100, passed: 100 })
}

const CALM = 'INFO calm\n'.repeat(500)

export function testTicksStandAtTheirPlacesAsTheLogGrows() {
  const errors = new Errors()
  for (const place of [-5000, 0, 5000]) errors.saw(place)
  equal(errors.at(history(-10_000, 10_000)), [0.25, 0.5, 0.75])
  equal(errors.at(history(-10_000, 30_000)), [0.125, 0.25, 0.375])
  equal(errors.at(history(-1000, 9000)), [0.1, 0.6], 'what is no more has no tick')
}

export function testAnyNumberOfErrorsIsAFewTicks() {
  const errors = new Errors()
  for (let place = 0; place < 1e9; place += 10_007) errors.saw(place)
  const ticks = errors.at(history(0, 1e9))
  ok(ticks.length > 100 && ticks.length <= 240, `${ticks.length} ticks`)
  const sorted = ticks.toSorted((a, b) => a - b)
  ok(sorted.every((at, i) => at - (sorted[i - 1] ?? 0) < 0.02) && sorted[sorted.length - 1] > 0.98, 'they are everywhere')
}

export function testErrorsOfAFrameAreFoundWhenThereIsTime() {
  const errors = new Errors()
  errors.came(frame(1000, `${CALM}ERROR one\n\tat x\njava.io.IOException: its own\n${CALM}<3>two\r\n`, 2, { flags: BACKLOG }), 100)
  errors.came(frame(50_000, CALM, 0), 0)
  equal(places(errors), [1100], 'at first its frame has a tick')
  errors.look()
  equal(places(errors), [1100 + 5000, 1100 + 5000 + 10 + 6 + 29 + 5000], 'then each error has')
  errors.came(frame(1000, `${CALM}ERROR one\n`, 1, { reply: 7 }), 100)
  errors.look()
  equal(places(errors).length, 2, 'what comes again is not new')
}

export function testPartsOfLinesAndExceptions() {
  const errors = new Errors()
  errors.came(frame(0, 'ERROR inside\nfine\n', 1, { flags: CONT }), 0)
  errors.look()
  equal(places(errors), [], 'the rest of a line is none')
  errors.came(frame(2000, 'Traceback (most recent call last)\nINFO\n', 1), 0)
  errors.look()
  equal(places(errors), [2000], 'an exception that nobody announced')
  errors.came(frame(10_000, `ERROR\n${'\tat x\n'.repeat(1000)}java.io.IOException: its cause\n`, 1), 0)
  errors.look()
  equal(places(errors), [2000, 10_000], 'what goes on with an error is part of it')
}

export function testLinesApartHaveTheirOwnPlaces() {
  const errors = new Errors()
  errors.came(frame(0, 'INFO\nERROR\n', 1, { gaps: new Uint8Array([0, 0x90, 0x4e]) }), 0)
  errors.look()
  equal(places(errors), [5005])
}

export function testMoreFramesThanThereIsTimeFor() {
  const errors = new Errors()
  for (let i = 0; i < 100; i++) errors.came(frame(i * 10_000, 'INFO\nERROR\n', 1), 0)
  errors.look()
  const ticks = places(errors)
  equal([ticks.length, ticks[0], ticks[99]], [100, 0, 990_005], 'the newest exactly, the others where their frames begin')
  for (let i = 100; i < 1000; i++) errors.came(frame(i * 1000, 'ERROR\n', 1), 0)
  ok(places(errors).length <= 480, `${places(errors).length} ticks`)
}

export function testWhatIsOnlyCountedHasATickUntilItIsLookedAt() {
  const errors = new Errors()
  errors.came(frame(0, CALM, 0), 0)
  errors.came(counts(20_000, 0), 0)
  errors.came(counts(40_000, 2), 0)
  errors.came(counts(60_000, 0), 0)
  equal(places(errors), [20_000])
  errors.came(frame(19_000, CALM, 0, { reply: 1 }), 0)
  errors.look()
  equal(places(errors), [24_000], 'it is further on')
  errors.came(frame(30_000, `ERROR\n${CALM}`, 1, { reply: 1 }), 0)
  errors.look()
  equal(places(errors), [24_000, 30_000, 35_006], 'one is found, the other is before it or behind it')
  errors.came(frame(35_006, `ERROR\n${CALM}`, 1, { reply: 1 }), 0)
  errors.look()
  equal(places(errors), [30_000, 35_006], 'both are')
}

export function testWhatAFilterLeftOutWasNotLookedAt() {
  const errors = new Errors()
  errors.came(frame(0, CALM, 0), 0)
  errors.came(counts(20_000, 1), 0)
  errors.came(frame(6000, 'INFO\nINFO\n', 0, { reply: 1, gaps: new Uint8Array([0, 0x90, 0xce, 1]) }), 0)
  errors.look()
  equal(places(errors), [5000])
}
