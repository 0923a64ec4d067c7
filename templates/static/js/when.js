// What people write for a time.

const DAY = /^(today|yesterday|\d{4}-\d{1,2}-\d{1,2})$/i
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?$/
const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})$/i

/**
 * 14:02, 14:02:11, yesterday 14:02, 2026-11-21, 2026-11-21 14:02, or as in ISO 8601 with a zone; else local. A clock time alone is
 * the last one that there was.
 * @param {string} text @param {Date} [now]
 * @returns {Date | null}
 */
export function when(text, now = new Date()) {
  const words = text.trim()
  if (ISO.test(words)) return valid(new Date(words.replace(' ', 'T').replace(',', '.')))
  const parts = words.replace(/^(\d{4}-\d{1,2}-\d{1,2})T/i, '$1 ').split(/\s+/)
  const day = DAY.test(parts[0]) ? parts.shift() : undefined
  const clock = parts.length > 0 ? CLOCK.exec(parts.join(' ')) : null
  if (parts.length > 0 ? !clock : !day) return null
  const date = dayOf(day, now)
  if (!date) return null
  const [hours, minutes, seconds, ms] = [1, 2, 3, 4].map((i) => Number(clock?.[i]?.padEnd(i === 4 ? 3 : 0, '0') ?? 0))
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  date.setHours(hours, minutes, seconds, ms)
  if (!day && date > now) date.setDate(date.getDate() - 1)
  return valid(date)
}

/** @param {string | undefined} day @param {Date} now */
function dayOf(day, now) {
  if (!day || /^today$/i.test(day)) return new Date(now)
  if (/^yesterday$/i.test(day)) return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
  const [year, month, date] = day.split('-').map(Number)
  const out = new Date(year, month - 1, date)
  return out.getMonth() === month - 1 ? out : null
}

/** @param {Date} date */
function valid(date) {
  return Number.isNaN(date.getTime()) ? null : date
}
