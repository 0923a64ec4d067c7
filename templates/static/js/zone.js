// What a clock showed, told as a time: zones by their names, with the hours that they had then.

/**
 * @param {string} name of a zone such as Europe/Berlin, or what it is ahead of UTC: +02:00
 * @returns {((shown: number) => number) | null} from what a clock there shows, as if that were UTC, to when it does; null: this browser does not know the zone
 */
export function clockOf(name) {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(name) ?? []
  if (sign) {
    const ahead = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
    return (shown) => shown - ahead
  }
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
    /** @param {number} at */
    const ahead = (at) => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
      return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(at / 1000) * 1000
    }
    // Of an hour that there was twice, the first is meant.
    return (shown) => shown - ahead(shown - Math.max(ahead(shown - DAY), ahead(shown + DAY)))
  } catch {
    return null
  }
}

const DAY = 24 * 3_600_000
