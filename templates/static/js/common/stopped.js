// That an administrator stopped a log for everybody: by whom, and since when. What travels is for how long.

/** @typedef {{ by: string, since: number, left: boolean }} Stop by: '' for those who are not told; left: no host has the log any more */

/** As the API tells it. @param {any} told @param {number} [at] when it came @returns {Stop | undefined} */
export function stopOf(told, at = Date.now()) {
  return told ? { by: String(told.by ?? ''), since: at - (Number(told.age_ms) || 0), left: told.left === true } : undefined
}

/** The other way. @param {Stop | undefined} stop @param {number} now */
export function toldOf(stop, now) {
  return stop && { ...stop, age_ms: now - stop.since }
}
