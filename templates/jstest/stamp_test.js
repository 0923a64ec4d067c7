import { stampOf } from '../static/js/stamp.js'
import { equal, ok } from './check.js'

const HOUR = 3_600_000

/** The examples of the worker, whose zone is an hour before UTC. */
export async function testAsTheWorker() {
  const { near, cases } = await (await fetch('/x/stamps')).json()
  ok(cases.length > 60, `only ${cases.length} examples`)
  for (const { line, at } of cases) {
    const stamp = stampOf(line, near)
    equal(stamp && (stamp.zoned ? stamp.at : stamp.at - HOUR), at || null, line)
  }
}

export function testBounded() {
  const began = performance.now()
  for (const line of ['"t":'.repeat(1e5), ' t='.repeat(1e5), '9'.repeat(1e6), 'Nov '.repeat(1e5), '['.repeat(1e6), '2026-11-26T05:00:01.' + '1'.repeat(1e6)]) stampOf(line, 0)
  ok(performance.now() - began < 5000, 'it takes no time to speak of')
}
