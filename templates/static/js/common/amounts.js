// How amounts are said: numbers, sizes, rates, times.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']
const STEP = 1024
export const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A log that says nothing for so long is called silent. */
const SILENT = 10 * MINUTE
/** Before each three digits. Intl knows this too, and takes longer to get ready than all the rest of a page's scripts. */
const THREES = /\B(?=(?:\d{3})+$)/g

/** 9,300 @param {number} n */
export function number(n) {
  return String(Math.round(n)).replace(THREES, ',')
}

/** 9,300 lines @param {number} n @param {string} one @param {string} [many] */
export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`
}

/** 14 MB @param {number} n */
export function bytes(n) {
  let unit = 0
  while (Math.round(n) >= STEP && unit < UNITS.length - 1) {
    n /= STEP
    unit++
  }
  return `${unit > 0 && n < 10 ? n.toFixed(1) : Math.round(n)} ${UNITS[unit]}`
}

/** 512 B/s; nothing when nothing comes. @param {number} n */
export function rate(n) {
  return n >= 0.5 ? `${bytes(n)}/s` : ''
}

/** about 40 lines/s, 3 lines/min: as much as is known of it. @param {number} n lines a second */
export function pace(n) {
  const [per, unit] = n >= 1 ? [n, 's'] : n * 60 >= 1 ? [n * 60, 'min'] : [n * 3600, 'h']
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, per))) - 1)
  return `about ${count(Math.max(1, Math.round(per / step) * step), 'line')}/${unit}`
}

/** 20 min @param {number} ms */
export function duration(ms) {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} days`
}

/** 3 s ago · silent for 20 min; nothing when unknown. @param {number} ms */
export function age(ms) {
  return ms < SILENT ? shortAge(ms) : `silent for ${shortAge(ms)}`
}

/** The same where there is little room: 3 s ago · 20 min. @param {number} ms */
export function shortAge(ms) {
  if (ms < 0) return ''
  if (ms < SECOND) return 'now'
  return ms < SILENT ? `${duration(ms)} ago` : duration(ms)
}

/** @param {number} ms until the next try */
export function soon(ms) {
  return `in ${Math.max(1, Math.ceil(ms / SECOND))} s`
}
