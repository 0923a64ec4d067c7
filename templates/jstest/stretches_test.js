import { labels, spoken } from '../static/js/find/axis.js'
import { Stretches } from '../static/js/find/stretches.js'
import { clockOf, fixed } from '../static/js/common/zone.js'
import { equal, ok } from './check.js'

const MINUTE = 60_000
const SIZE = 10_000_000
const DAY = 24 * 60 * MINUTE
const at = (/** @type {string} */ iso) => Date.parse(iso)
const utc = { clock: fixed(0), zone: () => 'UTC', words: '', read: () => null, of: () => 0, tell: () => '' }
const berlin = { ...utc, clock: clockOf('Europe/Berlin') ?? fixed(0), zone: () => 'Europe/Berlin' }
const some = (/** @type {Stretches} */ stretches) => stretches.parts.flatMap(({ n, from }, i) => (n > 0 ? [[i, n, from]] : []))

export function testAPartIsAStretchOfTime() {
  const stretches = new Stretches([at('2026-11-21T00:03:10Z'), at('2026-11-21T06:01:00Z')], SIZE, utc.clock)
  equal(stretches.step, 5 * MINUTE, 'as people count times')
  stretches.add(0, at('2026-11-21T00:03:10Z'), 0, '')
  stretches.add(1000, at('2026-11-21T02:10:00Z'), 0.01, 'a')
  stretches.add(500, at('2026-11-21T02:11:30Z'), 0.5, 'b')
  stretches.add(2, at('2026-11-21T06:00:59Z'), 0.99, 'c')
  const { parts } = stretches
  equal(parts.length, 73, 'from the first line to the last, and those between that have none')
  equal([parts[0].at, parts[72].to], [at('2026-11-21T00:00:00Z'), at('2026-11-21T06:05:00Z')])
  equal(some(stretches), [[26, 1500, 'a'], [72, 2, 'c']], 'however many bytes they are')
  const say = spoken(parts, utc, stretches.step)
  equal(say(parts[26]), '02:10 – 02:15')
  equal(labels(parts, utc, stretches.step, 70).map(({ text }) => text), ['2026-11-21 00:00', '03:00', '04:00', '06:05 UTC'])
  equal(labels(parts, utc, stretches.step, 24).map(({ text }) => text), ['00:00', '06:05 UTC'], 'as room allows')
  ok(labels(parts, utc, stretches.step, 150).length > 5, 'more where there is room')
  equal(labels(parts, berlin, stretches.step, 30).map(({ text }) => text), ['2026-11-21 01:00', '07:05'], 'the day rather than the zone')
  equal(labels(parts, berlin, stretches.step, 20).map(({ text }) => text), ['01:00', '07:05'])
  equal(labels(parts, berlin, stretches.step, 70).map(({ text }) => text), ['2026-11-21 01:00', '04:00', '07:05 Europe/Berlin'], 'by another clock')
}

export function testWhatSaysNoTimeIsWithWhatIsBefore() {
  const stretches = new Stretches([at('2026-11-21T00:00:00Z'), at('2026-11-21T00:01:00Z')], SIZE, utc.clock)
  stretches.add(1, 0, 0, '')
  stretches.add(2, at('2026-11-21T00:00:30Z'), 0.5, 'a')
  stretches.add(3, 0, 0.6, 'b')
  equal(some(stretches), [[0, 1, ''], [30, 5, 'a']])
  equal(stretches.untimed, 4)
}

export function testClocksThatWereSetBack() {
  const [first, last] = [at('2026-11-21T12:00:00Z'), at('2026-11-21T10:00:00Z')]
  const stretches = new Stretches([first, last], SIZE, utc.clock)
  stretches.add(1, first, 0, 'first')
  stretches.add(1, at('2026-11-21T13:00:00Z'), 0.2, 'later than the last')
  stretches.add(1, at('2026-11-21T09:00:00Z'), 0.3, 'earlier than the first')
  stretches.add(1, first, 0.4, 'again')
  const { parts, step } = stretches
  ok(parts.length <= 120 && parts.every((part, i) => i === 0 || part.at === parts[i - 1].to), 'they go on from each other')
  equal(stretches.parts.filter(({ n }) => n > 0).map(({ n, from }) => [n, from]), [[1, 'earlier than the first'], [2, 'first'], [1, 'later than the last']], 'the first in the log leads')
  ok(parts[0].to - parts[0].at >= step, 'never finer')
  stretches.add(7, at('1970-01-02T00:00:00Z'), 0.5, 'far off')
  ok(stretches.parts.length <= 120, 'however far it goes')
  equal(stretches.parts.reduce((sum, { n }) => sum + n, 0), 11, 'each is counted once')
  equal(stretches.parts[0].from, 'far off')
  stretches.add(1, 2 ** 62, 0.5, 'no time at all')
  equal(stretches.untimed, 1)
  ok(spoken(stretches.parts, utc, step)(stretches.parts[0]), 'in words')
}

export function testDaysBeginAtMidnight() {
  const stretches = new Stretches([at('2026-09-01T10:00:00Z'), at('2026-11-21T10:00:00Z')], SIZE, berlin.clock)
  equal(stretches.step, DAY)
  const { parts } = stretches
  equal(parts[0].at, at('2026-08-31T22:00:00Z'), 'where the log was written')
  equal(spoken(parts, berlin, stretches.step)(parts[0]), '2026-09-01')
  equal(labels(parts, berlin, stretches.step, 70)[0].text, '2026-09-01')
  const hours = new Stretches([at('2026-11-20T10:00:00Z'), at('2026-11-22T10:00:00Z')], SIZE, utc.clock)
  equal(spoken(hours.parts, utc, hours.step)(hours.parts[0]), '2026-11-20 10:00 – 10:30')
  equal(labels(hours.parts, utc, hours.step, 110).map(({ text }) => text), ['2026-11-20 10:00', '11-21 00:00', '11-21 12:00', '11-22 10:30 UTC'])
}

export function testWithoutTimesItIsOfBytes() {
  for (const times of [[0, 0], [at('2026-11-21T00:00:00Z'), 0]]) {
    const stretches = new Stretches(times, SIZE, utc.clock)
    equal(stretches.step, 0)
    stretches.add(3, 0, 0.5, 'middle')
    stretches.add(1, 0, 1, 'end')
    equal(some(stretches), [[60, 3, 'middle'], [119, 1, 'end']])
    equal(stretches.parts.length, 120)
    equal(labels(stretches.parts, utc, 0, 60).map(({ text, at }) => `${at} ${text}`), ['0 oldest', '0.5 by bytes: its lines say no times', '1 newest'])
    equal(stretches.every, 20_834, 'said four times in a part')
    equal(spoken(stretches.parts, utc, 0)(stretches.parts[60]), '50 – 51 % of the way through the log')
  }
}

export function testALineIsOfThePartItCountsIn() {
  const first = at('2026-11-21T10:00:00Z')
  const stretches = new Stretches([first, first + 60 * MINUTE], SIZE, utc.clock)
  stretches.add(1, first, 0, '', -500)
  stretches.add(0, first, 0.4, 'a', -400)
  stretches.add(3, first + 30 * MINUTE, 0.5, 'b', -100)
  stretches.add(2, first + 10 * MINUTE, 0.9, 'c', -50) // a clock was set back
  equal([-600, -500, -401, -400, -101, -100, -51].map((place) => stretches.parts[stretches.partOf(place)].n), [1, 1, 1, 3, 3, 2, 2])
  equal([stretches.partOf(-50), stretches.partOf(NaN)], [-1, -1], 'not counted')
  const untimed = new Stretches([0, 0], 50_000, utc.clock)
  for (let i = 0; i < 10; i++) untimed.add(1, 0, i / 10, '', 5000 * (i + 1))
  equal([0, 19_999, 20_000, 49_999].map((place) => untimed.partOf(place)), [0, 0, 1, 2])
}

export function testASmallLogHasFewParts() {
  const stretches = new Stretches([0, 0], 50_000, utc.clock)
  for (let i = 0; i < 10; i++) stretches.add(1, 0, i / 10, '')
  equal(stretches.parts.map(({ n }) => n), [4, 3, 3], 'rather than some that seem to have none')
}

export function testOneMoment() {
  const stretches = new Stretches([at('2026-11-21T00:00:00Z'), at('2026-11-21T00:00:00Z')], SIZE, utc.clock)
  stretches.add(3, at('2026-11-21T00:00:00.500Z'), 0, '')
  equal(stretches.parts.length, 1)
  equal(spoken(stretches.parts, utc, stretches.step)(stretches.parts[0]), '00:00:00 – 00:00:01')
  equal(labels(stretches.parts, utc, stretches.step, 60).map(({ text }) => text), ['2026-11-21 00:00:00', '00:00:01 UTC'])
}
