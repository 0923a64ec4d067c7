// When this browser last had a log open, and how long the log was then.

import { habit, remember } from './habits.js'

const NAME = 'looked'
const MOST = 500

/** @typedef {{ at: number, size?: number }} Look size: as the list knew it afterwards; none: it was longer ago than anybody knows */

/** @returns {Record<string, Look>} */
export function looks() {
  return habit(NAME, /** @type {Record<string, Look>} */ ({}))
}

/** @param {Record<string, Look>} all */
function keep(all) {
  const newest = Object.entries(all).sort(([, a], [, b]) => b.at - a.at)
  remember(NAME, Object.fromEntries(newest.slice(0, MOST)))
}

/** A page of the log is left, or hidden. @param {{ host: string, id: string }} log */
export function looked({ host, id }) {
  keep({ ...looks(), [`${host} ${id}`]: { at: Date.now() } })
}

/**
 * How many bytes came since a look; -1: some. The first time it is asked after a look, it finds out how long the log was
 * then.
 * @param {Look | undefined} look
 * @param {{ size: number, changed: number }} log
 * @param {(since: number) => number} grew bytes since a time; -1: longer ago than is known
 */
export function unread(look, { size, changed }, grew) {
  if (!look) return 0
  if (look.size === undefined) {
    const since = changed > look.at ? grew(look.at) : 0
    if (since < 0) return -1
    look.size = Math.max(0, size - since)
  }
  return size >= look.size ? size - look.size : size
}

/** Keeps what unread found out. @param {Record<string, Look>} found */
export function rememberLooks(found) {
  const now = looks()
  for (const [key, look] of Object.entries(found)) if (now[key]?.at === look.at) now[key] = look
  keep(now)
}
