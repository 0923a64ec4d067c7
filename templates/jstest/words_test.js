import { clock, full, since, zoneName } from '../static/js/common/time.js'
import { age, bytes, count, duration, list, markerWords, number, rate, stopped, tail, view } from '../static/js/common/words.js'
import { pace } from '../static/js/common/amounts.js'
import { Backoff } from '../static/js/common/backoff.js'
import { equal, ok } from './check.js'

const noon = new Date(2026, 10, 21, 14, 2, 11)

export function testSizes() {
  equal([0, 999, 1023, 1024, 14 * 2 ** 20, 1.26 * 2 ** 30, 5 * 2 ** 50].map(bytes), ['0 B', '999 B', '1023 B', '1.0 KB', '14 MB', '1.3 GB', '5.0 PB'])
  equal(bytes(1023.7), '1.0 KB')
  equal([0, 0.2, 512.5].map(rate), ['', '', '513 B/s'])
  equal(number(9300), '9,300')
  equal([438, 41.7, 1.2, 0.5, 0.0009].map(pace), ['about 440 lines/s', 'about 42 lines/s', 'about 1 line/s', 'about 30 lines/min', 'about 3 lines/h'])
  equal([count(1, 'line'), count(2000, 'line')], ['1 line', '2,000 lines'])
}

export function testAges() {
  equal([-1, 200, 3000, 59_999, 60_000, 20 * 60_000, 26 * 3_600_000, 50 * 3_600_000].map(age),
    ['', 'now', '3 s ago', '59 s ago', '1 min ago', 'silent for 20 min', 'silent for 26 h', 'silent for 2 days'])
  equal(duration(-5), '0 s')
}

export function testTimes() {
  equal(clock(noon), '14:02:11')
  equal(full(noon), `2026-11-21 14:02:11 ${zoneName(noon)}`)
  ok(zoneName(noon).startsWith('UTC'), zoneName(noon))
  equal(since(noon, noon), '14:02')
  equal(since(noon, new Date(2026, 10, 22)), '2026-11-21 14:02')
}

export function testStates() {
  equal(tail.retry(2100), 'reconnecting in 3 s')
  equal(tail.retry(-50), 'reconnecting in 1 s')
  equal(tail.lastLine(3 * 60_000), 'live, last line 3 min ago')
  equal(tail.behind(12 * 2 ** 20), '12 MB behind, catching up')
  equal([0, 37].map(view.fresh), ['↓ end', '↓ 37 new'])
  equal(list.retry('Redis is away', 1500), 'Redis is away; trying again in 2 s')
}

export function testAStopIsSaidAsTimesAre() {
  const [now, words] = [Date.now(), 'stopped by admin: "disk work"']
  const ago = (ms) => ({ by: '', since: now - ms, left: false })
  equal(stopped(words), words, 'the end of a socket says no more')
  equal(stopped(''), 'stopped by an administrator')
  equal(stopped(words, ago(5000)), `${words} (since ${since(new Date(now - 5000))}, 5 s ago)`)
  equal(stopped(words, { ...ago(3 * 86_400_000), by: 'root', left: true }), `${words} (root, since ${since(new Date(now - 3 * 86_400_000))}, 3 days ago); its host has it no more`)
  ok(/since \d{4}-\d\d-\d\d \d\d:\d\d, 3 days/.test(stopped(words, ago(3 * 86_400_000))), 'with the day where it was another one')
}

export function testMarkers() {
  const at = noon.getTime()
  const said = (marker) => markerWords({ at, ...marker })
  equal(said({ kind: 'rotated', name: 'access.log', to: 'access.log.1' }), 'rotated 14:02:11: access.log → access.log.1')
  equal(said({ kind: 'rotated', name: '/var/log/nginx/access.log', to: '/var/log/nginx/access.log.1' }), 'rotated 14:02:11: /var/log/nginx/access.log → access.log.1')
  equal(said({ kind: 'rotated', name: '/var/log/app.log', to: '/var/log/old/app.log.1' }), 'rotated 14:02:11: /var/log/app.log → /var/log/old/app.log.1')
  equal(said({ kind: 'file', name: '/var/log/a/x.log', to: '/var/log/a/x.log.1' }), '/var/log/a/x.log.1 ends here; x.log goes on')
  equal(said({ kind: 'file', name: '/var/log/x.log', to: '/var/log/a/x.log' }), '/var/log/a/x.log ends here; /var/log/x.log goes on')
  equal(said({ kind: 'rotated', name: 'access.log' }), 'rotated 14:02:11: access.log goes on as a new file')
  equal(said({ kind: 'gap', bytes: 14 * 2 ** 20, why: 'the file was truncated at 14:02:11' }), 'gap: 14 MB are gone, the file was truncated at 14:02:11')
  equal(said({ kind: 'gap', bytes: -1 }), 'gap: lines are gone')
  equal(said({ kind: 'gap', bytes: 0 }), 'gap: 0 B are gone')
  equal(said({ kind: 'looked', bytes: 14 * 2 ** 20, why: '1 line passes the filter; older ones were not looked at' }), 'of the last 14 MB, 1 line passes the filter; older ones were not looked at')
  equal(said({ kind: 'waiting', name: 'nginx/app.log' }), 'waiting for nginx/app.log to appear')
  equal([said({ kind: 'opened' }), said({ kind: 'live' })], ['', ''])
  for (const kind of ['truncated', 'replaced', 'unreadable', 'readable', 'edge', 'something-newer']) {
    ok(said({ kind, why: 'because' }).length > 10, kind)
  }
}

export function testBackoff() {
  const backoff = new Backoff()
  const waits = Array.from({ length: 20 }, () => backoff.next())
  ok(waits[0] >= 250 && waits[0] <= 500, `first ${waits[0]}`)
  ok(waits.every((wait) => wait <= 10_000), 'ten seconds at most')
  ok(waits.slice(8).every((wait) => wait >= 5000), 'they grow')
  ok(new Set(waits.slice(8)).size > 1, 'chance shortens them')
  backoff.lived(9_000)
  ok(backoff.next() >= 5000, 'a short life was no good one')
  backoff.lived(11_000)
  ok(backoff.next() <= 500, 'a long life was')
}
