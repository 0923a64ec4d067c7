import { when } from '../static/js/when.js'
import { equal } from './check.js'

const now = new Date(2026, 10, 21, 14, 30, 0)
/** @param {string} text */
const read = (text) => when(text, now)?.getTime()

export function testTimes() {
  equal(read('14:02'), new Date(2026, 10, 21, 14, 2).getTime())
  equal(read(' 14:02:11 '), new Date(2026, 10, 21, 14, 2, 11).getTime())
  equal(read('14:02:11.5'), new Date(2026, 10, 21, 14, 2, 11, 500).getTime())
  equal(read('23:59'), new Date(2026, 10, 20, 23, 59).getTime(), 'the last one that there was')
  equal(read('today 23:59'), new Date(2026, 10, 21, 23, 59).getTime())
  equal(read('Yesterday 14:02'), new Date(2026, 10, 20, 14, 2).getTime())
  equal(read('2026-11-19'), new Date(2026, 10, 19).getTime())
  equal(read('2026-11-19 4:02'), new Date(2026, 10, 19, 4, 2).getTime())
  equal(read('2026-11-19T04:02:01'), new Date(2026, 10, 19, 4, 2, 1).getTime())
  equal(read('2026-11-19T04:02:01Z'), Date.UTC(2026, 10, 19, 4, 2, 1))
  equal(read('2026-11-19 04:02:01.250+02:00'), Date.UTC(2026, 10, 19, 2, 2, 1, 250))
}

export function testNoTimes() {
  for (const text of ['', 'noon', '25:00', '14:61', '14', '2026-13-01', '2026-02-31', 'yesterday noon', '14:02 15:03']) equal(when(text, now), null, text)
}
