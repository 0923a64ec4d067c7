// Times for people: local, with the zone on hover.

const HOUR = 60

/** @param {number} n */
function two(n) {
  return String(n).padStart(2, '0')
}

/** 14:02:11 @param {Date} date */
export function clock(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** 14:02, or with the day where it was another one. @param {Date} date @param {Date} [now] */
export function since(date, now = new Date()) {
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  return date.toDateString() === now.toDateString() ? time : `${day(date)} ${time}`
}

/** 2026-11-21 14:02:11 UTC+1 @param {Date} date */
export function full(date) {
  return `${day(date)} ${clock(date)} ${zoneName(date)}`
}

/** UTC, UTC+1 or UTC+5:30 @param {Date} [date] */
export function zoneName(date = new Date()) {
  const ahead = -date.getTimezoneOffset()
  if (ahead === 0) return 'UTC'
  const minutes = Math.abs(ahead)
  return `UTC${ahead < 0 ? '-' : '+'}${Math.floor(minutes / HOUR)}${minutes % HOUR ? `:${two(minutes % HOUR)}` : ''}`
}

/** 2026-11-21 @param {Date} date */
export function day(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
