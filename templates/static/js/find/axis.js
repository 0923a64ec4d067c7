// What the axis of the bar of hits says, and its parts: times by the clock that those on the screen are of.

import { DAY, STEPS } from './stretches.js'
import { chart as words } from './chartwords.js'

const MINUTE = 60_000
/** Characters between two labels. */
const APART = 5

/** @typedef {import('./stretches.js').Part} Part */
/** @typedef {import('./meant.js').Meant} Meant */
/** @typedef {{ text: string, at: number }} Label at: a fraction of the axis */

/** Tells what a part is of. @param {Part[]} parts @param {Meant} meant @param {number} step ms; 0: parts are of bytes @returns {(part: Part) => string} */
export function spoken(parts, meant, step) {
  if (step === 0 || parts.length === 0) return ({ at, to }) => words.share(at, to)
  const tell = teller(parts, meant)
  return ({ at, to }) => {
    const [a, b] = [tell.whole(at), tell.whole(to)]
    const [day, time] = b.split(' ')
    if (!time && to - at === DAY) return a
    if (tell.oneDay) return words.span(tell.short(at), tell.short(to))
    return words.span(a, time && a.startsWith(day) ? time : b)
  }
}

/** From its left end to its right, as many as there is room for. @param {Part[]} parts @param {Meant} meant @param {number} step @param {number} room in characters @returns {Label[]} */
export function labels(parts, meant, step, room) {
  const last = parts.at(-1)
  if (!last) return []
  if (step === 0) return words.bytes(room > 50).map((text, i, all) => ({ text, at: i / (all.length - 1) }))
  const [begin, end] = [parts[0].at, last.to]
  const tell = teller(parts, meant)
  const time = tell.oneDay ? tell.short(end) : tell.whole(end).slice(tell.oneYear ? 5 : 0)
  // The day is said here alone, the zone in the status line too.
  const ends = [tell.whole(begin), tell.short(begin)].flatMap((left) => [`${time} ${meant.zone(end)}`, time].map((right) => [left, right]))
  const [left, right] = ends.find(([left, right]) => left.length + APART + right.length <= room) ?? ends[ends.length - 1]
  const all = [{ text: left, at: 0 }]
  let used = left.length
  const size = tell.short(begin).length
  const every = STEPS.find((one) => one >= step && ((end - begin) / one) * (size + APART) <= room) ?? end - begin
  const clock = meant.clock
  for (let at = clock.at((Math.floor(clock.shows(begin) / every) + 1) * every); at < end; at += every) {
    const from = ((at - begin) / (end - begin)) * room - size / 2
    if (from < used + APART || from + size + APART > room - right.length) continue
    all.push({ text: tell.short(at), at: (at - begin) / (end - begin) })
    used = from + size
  }
  return [...all, { text: right, at: 1 }]
}

// Private

/** @param {Part[]} parts @param {Meant} meant */
function teller(parts, { clock }) {
  const step = parts[0].to - parts[0].at
  const iso = (/** @type {number} */ at) => new Date(clock.shows(at)).toISOString().slice(0, 19)
  const [first, last] = [iso(parts[0].at), iso(/** @type {Part} */ (parts.at(-1)).to - 1)]
  const [oneDay, oneYear] = [10, 4].map((n) => first.slice(0, n) === last.slice(0, n))
  const days = step % DAY === 0
  /** 2026-11-21 14:02, or only the day where that is all there is to say. @param {number} at */
  const whole = (at) => {
    const text = iso(at)
    return days && text.endsWith('T00:00:00') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, step % MINUTE === 0 ? 16 : 19)}`
  }
  /** What of it is not the same everywhere. @param {number} at */
  const short = (at) => whole(at).slice(oneDay && !days ? 11 : oneYear ? 5 : 0)
  return { oneDay: oneDay && !days, oneYear, whole, short }
}
