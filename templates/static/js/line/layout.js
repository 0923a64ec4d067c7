// The time that a line says where the log's config has a layout for it, as Go writes layouts: the page's twin of what the worker
// goes to times by (tailer/stamp, whose examples test both).

import { offsetOf } from '../common/zone.js'

const HEAD = 256
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY = 24 * 3_600_000

const month = MONTHS.join('|')
const weekday = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
const colon = '(?<zone>[+-]\\d\\d:\\d\\d)'
const plain = '(?<zone>[+-]\\d{4})'
const hours = '(?<zone>[+-]\\d\\d)'
/** What stands for what in a layout, what begins alike from the longest. @type {[string, string][]} */
const PARTS = [
  ['January', `(?<month>January|February|March|April|May|June|July|August|September|October|November|December)`], ['Jan(?![a-z])', `(?<month>${month})`],
  ['Monday', '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'], ['Mon(?![a-z])', `(?:${weekday})`], ['MST', '(?<name>[A-Z]{3,5})'],
  ['2006', '(?<year>\\d{4})'], ['002', '(?<of>\\d{3})'], ['__2', ' {0,2}(?<of>\\d{1,3})'], ['01', '(?<mo>\\d\\d)'], ['02', '(?<day>\\d\\d)'], ['03', '(?<h12>\\d\\d)'], ['04', '(?<m>\\d\\d)'],
  ['05(?=[.,](?:0+|9+)(?!\\d))', '(?<s>\\d\\d)'], ['05', '(?<s>\\d\\d)(?:[.,](?<part>\\d+))?'], ['06', '(?<short>\\d\\d)'],
  ['15', '(?<h>\\d{1,2})'], ['1', '(?<mo>\\d{1,2})'], ['_2(?!006)', ' ?(?<day>\\d{1,2})'], ['2', '(?<day>\\d{1,2})'], ['3', '(?<h12>\\d{1,2})'], ['4', '(?<m>\\d{1,2})'], ['5', '(?<s>\\d{1,2})'],
  ['PM', '(?<half>AM|PM)'], ['pm', '(?<half>am|pm)'],
  ['Z07:00(?::00)?', `(?:(?<utc>Z)|${colon})`], ['Z0700(?:00)?', `(?:(?<utc>Z)|${plain})`], ['Z07', `(?:(?<utc>Z)|${hours})`],
  ['-07:00(?::00)?', colon], ['-0700(?:00)?', plain], ['-07', hours],
  ['[.,]0+(?!\\d)', '[.,](?<part>\\d+)'], ['[.,]9+(?!\\d)', '(?:[.,](?<part>\\d+))?'],
]
const ANY = new RegExp(PARTS.map(([sign]) => `(${sign})`).join('|'), 'g')

/**
 * @param {string} layout as package time of Go has them
 * @returns {(line: string, near: number) => import('./stamp.js').Stamp | null} what stampOf is for logs without a layout
 */
export function reader(layout) {
  const form = compiled(layout)
  return (line, near) => {
    for (const { groups } of form ? line.replace(/^\ufeff/, '').slice(0, HEAD).matchAll(form) : []) {
      const stamp = made(groups ?? {}, near)
      if (stamp) return stamp
    }
    return null
  }
}

// Private

/** @param {string} layout @returns {RegExp | null} null: it has no day, or one thing twice */
function compiled(layout) {
  let source = ''
  let at = 0
  for (const match of layout.matchAll(ANY)) {
    source += literal(layout.slice(at, match.index)) + PARTS[match.slice(1).findIndex((part) => part !== undefined)][1]
    at = match.index + match[0].length
  }
  source += literal(layout.slice(at))
  if (!/<(?:day|of)>/.test(source)) return null
  try {
    return new RegExp(`(?<=^|[ \\t[(<"'=:,|])${source}`, 'gi')
  } catch {
    return null
  }
}

/** @param {string} text */
function literal(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/ +/g, ' +')
}

/** @param {Record<string, string | undefined>} groups @param {number} near @returns {import('./stamp.js').Stamp | null} */
function made({ year, short, month, mo, day, of, h, h12, half, m = '0', s = '0', part = '', utc, zone, name }, near) {
  const index = month ? MONTHS.findIndex((one) => one.toLowerCase() === month.slice(0, 3).toLowerCase()) : Number(mo ?? 1) - 1
  const hour = h !== undefined ? Number(h) : (Number(h12 ?? 12) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0)
  const [minute, second] = [Number(m), Number(s)]
  const ms = Number(part.slice(0, 3).padEnd(3, '0'))
  if (hour > 23 || minute > 59 || second > 59 || Number(h12 ?? 1) > 12) return null
  const ahead = offsetOf(zone ?? '') ?? 0
  const zoned = utc !== undefined || zone !== undefined || name === 'UTC'
  /** @param {number} year */
  const inYear = (year) => (of ? Date.UTC(year, 0, Number(of), hour, minute, second, ms) : Date.UTC(year, index, Number(day), hour, minute, second, ms)) - ahead
  const known = year ? Number(year) : short ? Number(short) + (Number(short) >= 69 ? 1900 : 2000) : NaN
  const probe = new Date(Date.UTC(known || 2000, index, Number(day)))
  if (!of && (probe.getUTCMonth() !== index || probe.getUTCDate() !== Number(day))) return null
  if (known >= 0) return known < 1990 || known > 2099 ? null : { at: inYear(known), zoned, ahead: zoned ? ahead : undefined }
  const now = new Date(near).getUTCFullYear()
  return { at: inYear([now + 1, now].find((year) => inYear(year) <= near + DAY) ?? now - 1), zoned, ahead: zoned ? ahead : undefined }
}
