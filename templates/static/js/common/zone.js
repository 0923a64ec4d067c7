// Clocks: what one shows, told as a time, and the other way; zones by their names, with the hours that they had then.

/**
 * @typedef {object} Clock
 * @property {(shown: number) => number} at from what it shows, as if that were UTC, to when it does
 * @property {(at: number) => number} shows the other way
 */

const DAY = 24 * 3_600_000

/** What the clock shows that is so far ahead of UTC, at a time. @param {(at: number) => number} ahead @returns {Clock} */
function by(ahead) {
  return {
    // Of an hour that there was twice, the first is meant.
    at: (shown) => shown - ahead(shown - Math.max(ahead(shown - DAY), ahead(shown + DAY))),
    shows: (at) => at + ahead(at),
  }
}

/** This browser's. */
export const own = by((at) => -new Date(at).getTimezoneOffset() * 60_000)

/** @param {number} ms ahead of UTC */
export function fixed(ms) {
  return by(() => ms)
}

/** How far +02:00, +0200 or +02 is ahead of UTC, in ms; null: it is none of these. @param {string} text */
export function offsetOf(text) {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? []
  return sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : null
}

/** @param {string} name of a zone such as Europe/Berlin, or what it is ahead of UTC: +02:00 @returns {Clock | null} null: this browser does not know the zone */
export function clockOf(name) {
  const offset = offsetOf(name)
  if (offset !== null) return fixed(offset)
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
    return by((at) => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
      return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(at / 1000) * 1000
    })
  } catch {
    return null
  }
}
