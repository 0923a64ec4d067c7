import { stampOf } from '../static/js/line/stamp.js'
import { reader } from '../static/js/line/layout.js'
import { clockOf } from '../static/js/common/zone.js'
import { equal, ok } from './check.js'

/** The examples of the worker, whose zone is an hour before UTC. */
export async function testAsTheWorker() {
  const { near, forms, layouts } = await (await fetch('/x/stamps')).json()
  ok(forms.length > 60 && layouts.length > 15, `only ${forms.length} and ${layouts.length} examples`)
  const clock = clockOf('+01:00')
  const at = (stamp) => stamp && (stamp.zoned ? stamp.at : clock.at(stamp.at))
  for (const { line, at: want } of forms) equal(at(stampOf(line, near)), want || null, line)
  for (const { layout, line, at: want } of layouts) equal(at(reader(layout)(line, near)), want || null, `${line} by ${layout}`)
}

export function testLayoutsThatSayLess() {
  const near = Date.UTC(2026, 10, 26, 6)
  equal(reader('15:04:05')('06:00:01 of which day', near), null)
  equal(reader('nonsense')('nonsense', near), null)
  equal(reader('2006-01-02 2006-01-02')('2026-11-26 2026-11-26', near), null)
  equal(reader('02.01.2006 15:04 MST')('26.11.2026 05:00 UTC', near), { at: Date.UTC(2026, 10, 26, 5), zoned: true, ahead: 0 })
  equal(reader('02.01.2006 15:04 MST')('26.11.2026 05:00 CET', near), { at: Date.UTC(2026, 10, 26, 5), zoned: false, ahead: undefined })
}

export function testClocks() {
  const said = (zone, ...shown) => new Date(clockOf(zone).at(Date.UTC(...shown))).toISOString()
  equal(said('Europe/Berlin', 2026, 10, 26, 6), '2026-11-26T05:00:00.000Z')
  equal(said('Europe/Berlin', 2026, 6, 26, 6, 0, 0, 250), '2026-07-26T04:00:00.250Z', 'as it was in summer')
  equal([1, 2, 3, 4].map((hour) => said('Europe/Berlin', 2026, 9, 25, hour, 30).slice(11, 16)), ['23:30', '00:30', '02:30', '03:30'], 'an hour comes twice')
  equal([1, 3, 4].map((hour) => said('Europe/Berlin', 2026, 2, 29, hour, 30).slice(11, 16)), ['00:30', '01:30', '02:30'], 'an hour does not come')
  equal(said('America/New_York', 2026, 10, 1, 12), '2026-11-01T17:00:00.000Z')
  equal([said('-03:30', 2026, 10, 26, 6), said('UTC', 2026, 10, 26, 6)], ['2026-11-26T09:30:00.000Z', '2026-11-26T06:00:00.000Z'])
  equal([clockOf('Middle-earth/Shire'), clockOf('<b>')], [null, null])
}

export function testBounded() {
  const began = performance.now()
  for (const line of ['"t":'.repeat(1e5), ' t='.repeat(1e5), '9'.repeat(1e6), 'Nov '.repeat(1e5), '['.repeat(1e6), '2026-11-26T05:00:01.' + '1'.repeat(1e6)]) stampOf(line, 0)
  const read = reader('Jan _2 15:04:05.999')
  for (const line of ['Nov '.repeat(1e5), ' '.repeat(1e6), '['.repeat(1e6)]) read(line, 0)
  for (const layout of [' '.repeat(1024), '_2'.repeat(512), '(2006|'.repeat(170)]) reader(layout)(' 1'.repeat(1e4), 0)
  ok(performance.now() - began < 5000, 'it takes no time to speak of')
}
