// What people write for a time.

import { fixed, offsetOf } from '../common/zone.js'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** How long a unit is, by its first letter. @type {Record<string, number>} */
const UNITS = { s: 1000, m: MINUTE, h: 60 * MINUTE, d: DAY, w: 7 * DAY }

const UNIT = '\\d{1,6}\\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)'
const AGO = new RegExp(`^(?:-\\s*(${UNIT}(?:\\s*${UNIT})*)|(${UNIT}(?:\\s*${UNIT})*)\\s+ago)$`, 'i')
const EPOCH = /^(\d{10})(?:[.,](\d{1,9}))?$|^(\d{13})(?:\d{3}){0,2}$/
const DATE = '(?<word>today|yesterday)|(?<year>\\d{4})[-/.](?<mo>\\d{1,2})[-/.](?<day>\\d{1,2})|(?<month>[a-z]{3}) +(?<of>\\d{1,2})(?:,? +(?<in>\\d{4}))?'
const CLOCK = '(?<h>\\d{1,2}):(?<m>\\d{2})(?::(?<s>\\d{2})(?:[.,](?<part>\\d{1,9}))?)?(?: *(?<half>[ap]m))?(?: *(?<zone>Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?))?'
const FORMS = [`(?:${DATE})(?:(?:T|,? +)(?:${CLOCK}))?`, `${CLOCK}(?: +(?:${DATE}))?`].map((form) => new RegExp(`^${form}$`, 'i'))

/**
 * 14:02, 14:02:11, yesterday 14:02, 2026-11-21, Nov 21 14:02, 20m ago, -1h30m, now, seconds since 1970, or as in RFC 3339: where no zone is said, as
 * a clock shows it. A clock time alone is the last one that there was. Else whatever a line has its time in.
 * @param {string} text
 * @param {import('../common/zone.js').Clock} clock @param {(line: string, near: number) => import('../line/stamp.js').Stamp | null} stamp reads a line's time
 * @param {number} [now]
 * @returns {number | null} Unix ms
 */
export function when(text, clock, stamp, now = Date.now()) {
  const words = text.trim().replace(/^[[("']+|[\])"',]+$/g, '')
  if (/^now$/i.test(words)) return now
  const ago = AGO.exec(words)
  if (ago) return now - ((ago[1] ?? ago[2]).match(/\d+\s*[a-z]/gi) ?? []).reduce((sum, one) => sum + parseInt(one, 10) * UNITS[one.slice(-1).toLowerCase()], 0)
  const epoch = EPOCH.exec(words)
  if (epoch) return Number(epoch[3] ?? epoch[1] + (epoch[2] ?? '').slice(0, 3).padEnd(3, '0'))
  for (const form of FORMS) {
    const groups = form.exec(words)?.groups
    if (groups) return said(groups, clock, now)
  }
  const line = stamp(text.trim(), now)
  return line && (line.zoned ? line.at : clock.at(line.at))
}

// Private

/** @param {Record<string, string | undefined>} parts @param {import('../common/zone.js').Clock} clock @param {number} now */
function said({ word, year, mo, day, month, of, in: inYear, h = '0', m = '0', s = '0', part = '', half, zone }, clock, now) {
  const there = zone ? fixed(offsetOf(zone) ?? 0) : clock
  const today = Math.floor(there.shows(now) / DAY) * DAY
  const hour = half ? (Number(h) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : Number(h)
  if (hour > 23 || Number(m) > 59 || Number(s) > 60 || (half && (Number(h) > 12 || h === '0'))) return null
  const time = hour * 60 * MINUTE + Number(m) * MINUTE + Number(s) * 1000 + Number(part.slice(0, 3).padEnd(3, '0'))
  if (word) return there.at(today - (word.toLowerCase() === 'yesterday' ? DAY : 0) + time)
  if (!year && !month) return [0, DAY].map((back) => there.at(today - back + time)).find((at) => at <= now + MINUTE) ?? null
  const index = month ? MONTHS.indexOf(month.toLowerCase()) : Number(mo) - 1
  const date = Number(day ?? of)
  const thisYear = new Date(today).getUTCFullYear()
  const years = year ?? inYear ? [Number(year ?? inYear)] : [thisYear, thisYear - 1]
  const days = years.map((one) => Date.UTC(one, index, date)).filter((at) => new Date(at).getUTCMonth() === index && new Date(at).getUTCDate() === date)
  const times = days.map((at) => there.at(at + time))
  return times.find((at) => year || inYear || at <= now + DAY) ?? null
}
