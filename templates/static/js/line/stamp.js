// The time that a line says: the page's twin of what the worker goes to times by (tailer/stamp, whose examples test both).

const HEAD = 256
const DEEP = 2048
const WORDS = 8
/** Earliest and latest times that are believed: 1990 and 2100. */
const EARLIEST = 631152000_000
const LATEST = 4102444800_000
const DAY = 24 * 3_600_000

const NAMES = ['@timestamp', 'timestamp', 'time', 'ts', 't', 'datetime', 'date', 'eventTime', '__REALTIME_TIMESTAMP']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const CLOCK = '(?<h>\\d\\d):(?<m>\\d\\d):(?<s>\\d\\d)(?:[.,](?<part>\\d+))?(?!\\d)'
const ZONE = '(?: ?(?<utc>Z|UTC)(?![A-Za-z])| ?(?<sign>[+-])(?<zh>0\\d|1[0-5])(?::?(?<zm>[0-5]\\d))?(?!\\d))?'
const FORMS = [
  `(?<year>\\d{4})(?<cut>[-/.])(?<mo>\\d\\d)\\k<cut>(?<day>\\d\\d)[Tt _:-]${CLOCK}${ZONE}`,
  `(?<year>\\d{4})(?<mo>\\d\\d)(?<day>\\d\\d)[Tt _](?<h>\\d\\d)(?<m>\\d\\d)(?<s>\\d\\d)(?:[.,](?<part>\\d+))?(?!\\d)${ZONE}`,
  `(?<day>\\d\\d)(?<cut>[/ -])${MONTH}\\k<cut>(?<year>\\d{4})[: ]${CLOCK}${ZONE}`,
  `${MONTH} +(?<day>\\d{1,2}),? +(?:(?<year>\\d{4}) )?${CLOCK}${ZONE}(?: (?<later>(?:199|20\\d)\\d)(?!\\d))?`,
].map((form) => new RegExp(`^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?${form}`))
const KLOG = new RegExp(`^[IWEFD](?<mo>\\d\\d)(?<day>\\d\\d) (?=\\d\\d:\\d\\d:\\d\\d\\.)${CLOCK}`)
const EPOCH = /^(\d{10}(?:\d{3}){0,3})(?:(?<=^\d{10})[.,](\d+))?(?=[\s,}\]):"; |]|$)/
const PRIORITY = /^<\d{1,3}>(?:1 )?/
const JSON_TIMES = NAMES.map((name) => new RegExp(`"${name}"[ \\t]*:[ \\t]*"?`, 'g'))
const LOGFMT_TIMES = NAMES.map((name) => new RegExp(`(?:^|[ \\t])${name}="?`, 'g'))

/** @typedef {{ at: number, zoned: boolean, ahead?: number }} Stamp Unix ms; not zoned: as if the clock that it was read from showed UTC; ahead: what that is ahead of UTC, if it is said */

/**
 * @param {string} line its beginning is enough
 * @param {number} near a time that is not far from it: forms without a year get the last that is not much later
 * @returns {Stamp | null}
 */
export function stampOf(line, near) {
  const text = line.replace(/^\ufeff/, '').slice(0, DEEP)
  const stamp = (/^[ \t]*\{/.test(text) && named(text, JSON_TIMES, near)) || first(text, near) || named(text, LOGFMT_TIMES, near)
  return stamp && stamp.at >= EARLIEST && stamp.at < LATEST ? stamp : null
}

// Private

/** Where lines usually have it: at their beginning, after a bracket, or after a few words. @param {string} line @param {number} near */
function first(line, near) {
  const text = line.slice(0, HEAD)
  const word = /[^\s[\]]*[[\]]|[^\s[\]]+/g
  for (let n = 0, match = word.exec(text); match && n < WORDS; n++, match = word.exec(text)) {
    const rest = line.slice(match.index)
    const stamp = token(rest.replace(/^[[(<"']+/, ''), near, n === 0) ?? (n === 0 ? klog(rest, near) ?? syslog(rest, near) : null)
    if (stamp) return stamp
  }
  return null
}

/** The value of a field that holds it. @param {string} text @param {RegExp[]} names @param {number} near */
function named(text, names, near) {
  for (const name of names) {
    for (const match of text.matchAll(name)) {
      const stamp = token(text.slice(match.index + match[0].length), near, true)
      if (stamp) return stamp
    }
  }
  return null
}

/** One that begins right here. Only at a line's beginning is a number one. @param {string} text @param {number} near @param {boolean} begins @returns {Stamp | null} */
function token(text, near, begins) {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups
    const stamp = groups && made(groups, near)
    if (stamp) return stamp
  }
  const epoch = begins ? EPOCH.exec(text) : null
  if (!epoch) return null
  const [digits, part = ''] = [epoch[1], epoch[2]]
  return { at: Number(digits.length === 10 ? digits + part.slice(0, 3).padEnd(3, '0') : digits.slice(0, 13)), zoned: true }
}

/** @param {string} text @param {number} near */
function klog(text, near) {
  const groups = KLOG.exec(text)?.groups
  return groups ? made(groups, near) : null
}

/** Behind its priority. @param {string} text @param {number} near */
function syslog(text, near) {
  const priority = PRIORITY.exec(text)
  return priority ? token(text.slice(priority[0].length), near, true) : null
}

/** @param {Record<string, string | undefined>} groups @param {number} near @returns {Stamp | null} */
function made({ year, later, mo, month, day, h, m, s, part = '', utc, sign, zh, zm = '0' }, near) {
  const [hour, minute, second, date] = [h, m, s, day].map(Number)
  const index = month ? MONTHS.indexOf(month) : Number(mo) - 1
  const ms = Number(part.slice(0, 3).padEnd(3, '0'))
  if (hour > 23 || minute > 59 || second > 60) return null
  const zone = sign ? (sign === '-' ? -1 : 1) * (Number(zh) * 60 + Number(zm)) * 60_000 : 0
  const zoned = utc !== undefined || sign !== undefined
  /** @param {number} of */
  const inYear = (of) => Date.UTC(of, index, date, hour, minute, second, ms) - zone
  const known = Number(year ?? later ?? NaN)
  const probe = new Date(Date.UTC(known || 2000, index, date))
  if (probe.getUTCMonth() !== index || probe.getUTCDate() !== date) return null
  const ahead = zoned ? zone : undefined
  if (known >= 0) return known < 1000 ? null : { at: inYear(known), zoned, ahead }
  const now = new Date(near).getUTCFullYear()
  const years = [now + 1, now, now - 1]
  return { at: inYear(years.find((of) => inYear(of) <= near + DAY) ?? now - 1), zoned, ahead }
}
