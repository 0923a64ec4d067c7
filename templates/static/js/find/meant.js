// Which clock is meant by times that are typed without a zone: the one that the times on the screen are of.

import { reader } from '../line/layout.js'
import { stampOf } from '../line/stamp.js'
import { decode } from '../line/text.js'
import { when } from './when.js'
import { time as words } from '../common/words.js'
import { zoneName } from '../common/time.js'
import { clockOf, fixed, own } from '../common/zone.js'

const WITHIN = 2048
/** So many lines are asked for their time. */
const MOST = 50

/**
 * @typedef {object} Meant
 * @property {string} words that say so
 * @property {(text: string) => number | null} read Unix ms of what was typed
 * @property {(at: number) => string} tell a time by that clock
 * @property {import('../common/zone.js').Clock} clock
 * @property {(at: number) => string} zone its name, then
 * @property {(row: number) => number} of Unix ms of a row, or of the next that has a time; 0: none has
 */

/** @param {import('../pane/pane.js').Pane} pane @returns {Meant} */
export function meant(pane) {
  const stamp = pane.written.layout ? reader(pane.written.layout) : stampOf
  const { clock, name, say } = clockOn(pane, stamp)
  const zone = (/** @type {number} */ at) => name ?? zoneName(new Date(at))
  return {
    words: say(zone(Date.now())),
    clock,
    zone,
    read: (text) => when(text, clock, stamp),
    of: (row) => {
      const line = seen(pane, stamp, row)
      return line ? (line.zoned ? line.at : clock.at(line.at)) : 0
    },
    tell: (at) => `${new Date(clock.shows(at)).toISOString().slice(0, 19).replace('T', ' ')} ${zone(at)}`,
  }
}

// Private

/**
 * @param {import('../pane/pane.js').Pane} pane @param {typeof stampOf} stamp
 * @returns {{ clock: import('../common/zone.js').Clock, name?: string, say: (zone: string) => string }} without a name: this browser's
 */
function clockOn(pane, stamp) {
  const mode = pane.reading.times.now?.mode
  if (mode === 'local') return { clock: own, say: words.column }
  if (mode === 'utc') return { clock: fixed(0), name: 'UTC', say: words.column }
  const there = pane.written.zone ? clockOf(pane.written.zone) : null
  const line = seen(pane, stamp, pane.view.top.row)
  const say = words.lines
  if (line && !line.zoned && there) return { clock: there, name: zoned(pane.written.zone), say }
  if (line?.ahead === undefined) return { clock: own, say: words.yours }
  // The zone of its host has the hours that it had at other times of the year too.
  if (line.ahead !== 0 && there && there.shows(line.at) - line.at === line.ahead) return { clock: there, name: zoned(pane.written.zone), say }
  return { clock: fixed(line.ahead), name: offset(line.ahead), say }
}

/** The time of the first line from a row on that has one. @param {import('../pane/pane.js').Pane} pane @param {typeof stampOf} stamp @param {number} row */
function seen({ buffer }, stamp, row) {
  if (buffer.next === buffer.first) return null
  for (let at = row; at < buffer.next && at < row + MOST; at++) {
    const found = buffer.marker(at) ? null : stamp(decode(buffer.bytes(at, 0, WITHIN)), buffer.about(at))
    if (found) return found
  }
  return null
}

/** @param {string} zone */
function zoned(zone) {
  return zone.replace(/^[+-]/, 'UTC$&')
}

/** @param {number} ms */
function offset(ms) {
  const minutes = Math.abs(ms) / 60_000
  return ms === 0 ? 'UTC' : `UTC${ms < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
