// The words of the bar of hits; all others are in words.js.

import { count } from '../common/amounts.js'

export const chart = {
  /** @param {number} n @param {string} where */
  bar: (n, where) => `${count(n, 'line')}, ${where}`,
  /** @param {string} from @param {string} to */
  span: (from, to) => `${from} – ${to}`,
  /** @param {number} from @param {number} to fractions of the history */
  share: (from, to) => `${Math.round(100 * from)} – ${Math.round(100 * to)} % of the way through the log`,
  /** Below parts that are of bytes. @param {boolean} room for all words */
  bytes: (room) => ['oldest', room ? 'by bytes: its lines say no times' : 'by bytes', 'newest'],
  /** @param {boolean} timed @param {number} untimed lines */
  over: (timed, untimed) =>
    !timed ? 'where they are, from the oldest line to the newest: its lines say no times, so each part is as many bytes'
      : untimed > 0 ? `when they were written; ${count(untimed, 'line')} without a time ${untimed === 1 ? 'counts' : 'count'} with the one before` : 'when they were written',
}
