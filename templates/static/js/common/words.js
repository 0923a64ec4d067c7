// All words that the scripts say, in one place. Say what is, then what happens next or what to do.

import { clock, since } from './time.js'
import { bytes, count, duration, number, pace, rate, soon, SECOND } from './amounts.js'

export { age, bytes, count, duration, number, rate, shortAge } from './amounts.js'

/** What a log says of itself in the list when it cannot be followed now. */
export const logStates = {
  missing: 'not there yet; it is followed as soon as it appears',
  unreadable: 'cannot be read',
  refused: 'refused',
  stopped: 'stopped by an administrator',
}

/** @param {string} words @param {import('./stopped.js').Stop} [stop] */
export function stopped(words, stop) {
  const why = words || logStates.stopped
  if (!stop) return why
  const when = `since ${since(new Date(stop.since))}, ${duration(Date.now() - stop.since)} ago`
  return `${why} (${stop.by ? `${stop.by}, ` : ''}${when})${stop.left ? '; its host has it no more' : ''}`
}

export const list = {
  loading: 'asking for the logs',
  live: 'up to date',
  signedOut: 'signed out',
  /** @param {string} words @param {number} ms */
  retry: (words, ms) => `${words || 'livetail does not answer'}; trying again ${soon(ms)}`,
  /** @param {number} n */
  logs: (n) => count(n, 'log'),
  /** @param {number} n @param {number} all */
  filtered: (n, all) => `${number(n)} of ${count(all, 'log')}`,
  /** @param {number} n */
  changes: (n) => `${count(n, 'change')} to the list; show`,
  reordered: 'the order has changed; show',
  polls: 'up to date; something between here and livetail holds live answers back, so it is asked every 5 s',
  pinned: 'pinned',
  pinIt: 'pin: keep it on top (p)',
  unpinIt: 'no longer on top (p)',
  /** @param {string} name */
  pin: (name) => `pin ${name}`,
  /** @type {Record<string, string>} */
  sortedBy: { last: 'by last line', rate: 'by rate', errors: 'by errors', size: 'by size' },
  /** @param {number} n bytes; -1: some */
  unread: (n) => (n < 0 ? 'new since you looked' : `${bytes(n)} new`),
  /** @param {number} n */
  lineRate: (n) => `${n < 10 ? n : number(n)} lines/s`,
  /** @param {number} n a second */
  errorRate: (n) => (n >= 1 ? `${count(Math.round(n), 'error')}/s` : `${count(Math.round(60 * n), 'error')}/min`),
  /** @param {number} n */
  usually: (n) => `usually ${rate(n)}`,
  /** @param {number} free @param {number} size */
  disk: (free, size) => `${bytes(free)} free on its disk (${Math.floor((100 * free) / size)} %)`,
  /** @param {string} host @param {number} ms */
  away: (host, ms) => `${host} is away since ${since(new Date(Date.now() - ms))}; its logs go on by themselves when it is back`,
  /** In a row, in place of how old its last line is: nobody knows that. */
  hostAway: 'host away',
  /** @param {number} n */
  binary: (n) => `${count(n, 'file')} that ${n === 1 ? 'is' : 'are'} not text ${n === 1 ? 'is' : 'are'} left out`,
  /** @param {string[]} names @param {number} all */
  notText: (names, all) => [...names, ...(all > names.length ? [`and ${number(all - names.length)} more`] : [])],
  /** A log without a byte, of a file that is so old. @param {string} age */
  bare: (age) => (age ? `empty, ${age}` : 'empty'),
  /** @param {number} n */
  tails: (n) => `${number(n)} watching`,
  gone: 'no longer announced',
  letGo: 'let it go on',
  /** @param {string} name */
  letGoOf: (name) => `let it go on: ${name}`,
  /** @param {string} why */
  stays: (why) => `it stays so: ${why}`,
  /** @param {string} filter */
  noMatch: (filter) => `no log has “${filter}” in its name, group or host`,
  emptyAdmin: 'No log is announced yet. Write files, folders or globs under logs: in the configuration of a worker, and start it; this page will go on by itself.',
  empty: 'There is no log that you may see yet. An administrator can allow you some under access: in the configuration; this page will go on by itself.',
}

/** What the status line says behind its sign. */
export const tail = {
  asking: 'connecting',
  opening: 'reading the last lines',
  following: 'live',
  noLines: 'live, no lines yet',
  /** @param {number} ms */
  bare: (ms) => `live, empty since ${since(new Date(Date.now() - ms))}; no lines yet`,
  /** @param {number} ms */
  lastLine: (ms) => (ms < 2 * SECOND ? 'live' : `live, last line ${duration(ms)} ago`),
  /** @param {number} n */
  behind: (n) => `${bytes(n)} behind, catching up`,
  /** @param {number} ms @param {number} usual bytes a second @param {number} [line] bytes of one; 0: not known */
  quiet: (ms, usual, line = 0) => `live, last line ${duration(ms)} ago, usually ${line > 0 ? pace(usual / line) : rate(usual)}`,
  /** @param {number} ms */
  retry: (ms) => `reconnecting ${soon(ms)}`,
  /** @param {string} words @param {number} ms */
  refusedFor: (words, ms) => `${words}; trying again ${soon(ms)}`,
  /** @param {string} host */
  waiting: (host) => `no worker is running for ${host}; this page will go on by itself`,
  /** @param {string} host @param {number} ms */
  away: (host, ms) => `${host} is away since ${since(new Date(Date.now() - ms))}; this page will go on by itself`,
  queued: 'waiting for a free place on the worker',
  reconnecting: 'reconnecting to the log',
  stopped: 'stopped; start goes on at the same line',
  signedOut: 'signed out',
  signIn: 'sign in, and it goes on at the same line',
  gone: 'you may not see this log, or it does not exist',
  noSockets: 'a proxy in between seems to refuse WebSockets',
  notFetched: 'this part of the page could not be fetched; try again, or reload the page',
  newer: 'livetail was updated; reload when it suits you',
  mismatch: 'this page does not understand the server; reload',
  /** @param {string} words */
  over: (words) => words || 'the connection ended',
}

export const stopping = {
  asking: 'asking',
  unheard: 'livetail does not answer; try again',
}

export const view = {
  stop: 'stop',
  start: 'start',
  again: 'try again',
  jump: '↓ jump to live',
  load: 'load',
  marked: 'marked behind the newest line',
  noMark: 'marks are made behind the newest line; go to the end first (End)',
  /** @param {number} n */
  fresh: (n) => (n > 0 ? `↓ ${number(n)} new` : '↓ end'),
  /** Beside the way back to the end, where the rows do not reach it. @param {number} n */
  back: (n) => `${bytes(n)} before the live edge`,
  /** What the thumb of the scrollbar says. @param {number} n @param {string} time */
  place: (n, time) => `${time ? `${time} · ` : ''}${n > 0 ? `${bytes(n)} before the end` : 'the end'}`,
  /** What the ticks beside the log stand for. @param {number} errors @param {number} hits */
  ticks: (errors, hits) => [errors && `red, at ${count(errors, 'place')}: errors among the lines that came here; in a flood of them not every one`, hits && `amber, at ${count(hits, 'place')}: what the search found`].filter(Boolean).join('; '),
  /** What the title of a hidden page begins with. @param {number} lines @param {number} errors */
  unseen: (lines, errors) => `(${few(lines)}${errors > 0 ? `, ${few(errors)} ${errors === 1 ? 'error' : 'errors'}` : ''})`,
  /** @param {number} n */
  perSecond: (n) => (n > 0 ? `${number(n)} lines/s` : ''),
  /** @param {string} zone */
  zone: (zone) => `local time, ${zone}`,
  /** @param {number} n */
  showAll: (n) => `… ${bytes(n)}, show all`,
  /** @param {number} from @param {number} to @param {number} all */
  part: (from, to, all) => (to - from < all ? `bytes ${number(from)} to ${number(to)} of ${number(all)}` : bytes(all)),
  /** @param {boolean} on */
  wrap: (on) => `wrap ${on ? 'on' : 'off'}`,
  fields: 'fields of this line (Enter)',
  before: 'before',
  after: 'after',
  close: 'close',
  /** @param {number} n */
  newLines: (n) => count(n, 'new line'),
}

export const filter = {
  drop: 'take this away',
  /** @param {{ name: string, value: string, not: boolean }} field */
  field: ({ name, value, not }) => `${name} ${not ? '≠' : '='} ${value}`,
  /** @param {number} passed @param {number} looked @param {boolean} live */
  passes: (passed, looked, live) => `${number(passed)} of ${number(looked)} pass${passed === 0 && live ? ', still live' : ''}`,
  /** @param {string} words @param {number} [at] */
  wrong: (words, at) => `${words || 'the pattern cannot be used'}${at === undefined || / at (?:character )?\d/.test(words) ? '' : ` at ${at + 1}`}; what was in force stays`,
}

export const taking = {
  /** The whole log as a file. @param {boolean} filtered */
  all: (filtered) => (filtered ? 'download what passes' : 'download the log'),
  /** @param {number} n 0: not known */
  picked: (n) => (n > 0 ? `${count(n, 'line')} picked` : 'lines picked'),
  selected: 'lines selected',
  /** @param {number} n */
  copied: (n) => `${count(n, 'line')} copied`,
  nothing: 'no line is selected: click left of one, or go to it by j',
  linkCopied: 'link copied',
  fetching: 'fetching the lines',
  /** @param {number} n */
  ready: (n) => `${count(n, 'line')} fetched; press copy once more`,
  forbidden: 'the browser does not let this page copy',
  tooMany: 'these are more than 100,000 lines or 24 MB; download them instead',
  gone: 'these lines could not be fetched; try again',
}

/** A choice in words, '' for everything. @param {import('../find/filter.js').Choice} choice */
export function filterWords({ include, exclude, regex, levels, fields }) {
  const sign = regex ? '/' : '"'
  const parts = [
    include && `with ${sign}${include}${sign}`,
    exclude && `without ${sign}${exclude}${sign}`,
    levels.length > 0 && `level ${levels.join(', ')}`,
    ...fields.map((field) => filter.field(field)),
  ].filter(Boolean)
  return parts.length > 0 ? `only lines ${parts.join(', ')}` : ''
}

export const rail = {
  pinned: '★ pinned',
  loading: 'asking for the logs',
  away: 'livetail does not answer; it is tried again',
  none: 'no log has that in its name',
  trouble: 'not now',
  beside: 'open beside',
}

export const panes = {
  full: 'four logs are beside each other at most; close one first',
  /** @param {string} name @param {string} host */
  label: (name, host) => `${name} on ${host}`,
  /** @param {string} name @param {string} host */
  lines: (name, host) => `lines of ${name} on ${host}`,
}

export const search = {
  /** @param {number} n @param {number} done how much was looked at, from 0 to 1 */
  count: (n, done) => (done < 1 ? `${count(n, 'line')} so far, ${Math.floor(100 * done)} % looked at` : `${count(n, 'line')}`),
  none: 'no more lines have it',
  looking: 'looking',
}

export const time = {
  looking: 'looking for it',
  /** @param {string} zone */
  column: (zone) => `as in the column of times: ${zone}; or say another zone: 14:02Z, 14:02+02:00`,
  /** @param {string} zone */
  lines: (zone) => `as the lines have it: ${zone}; or say another zone: 14:02Z, 14:02+02:00`,
  /** @param {string} zone */
  yours: (zone) => `in your time: ${zone}; or say another zone: 14:02Z, 14:02+02:00`,
  unknown: 'not a time that is understood; write 14:02, yesterday 14:02:11, 2026-11-21 14:02, 14:02Z, 20m ago, -1h30m, 1764130931, or what a line has for its time',
  /** @param {string} why */
  failed: (why) => `it could not be looked for${why ? `: ${why}` : ''}; try again`,
  /** @param {string} text @param {string} sure @param {string} why */
  found: (text, sure, why) =>
    sure === 'none' ? why || 'no line of this log has a time that is understood'
      : sure === 'near' ? `near ${text}: ${why || 'times go back and forth there'}`
          : why ? `${text}: ${why}` : `from ${text} on`,
}

/**
 * The words of a marker, or '' for one that only the status line tells.
 * @param {import('../tail/frame.js').Marker} marker
 */
export function markerWords({ kind, at, name, to, bytes: size, why, done, ms = 0 }) {
  const time = clock(new Date(at))
  const because = why ? `: ${why}` : ''
  switch (kind) {
    case 'opened':
      return why ?? ''
    case 'live':
      return ''
    case 'waiting':
      return `waiting for ${name || 'the log'} to appear`
    case 'rotated':
      return name && to ? `rotated ${time}: ${name} → ${beside(to, name)}` : `rotated ${time}${name ? `: ${name} goes on as a new file` : ''}`
    case 'truncated':
      return `truncated ${time}: the file was cut, reading goes on at its beginning`
    case 'replaced':
      return `replaced ${time}: another file took the name, reading goes on at its beginning`
    case 'unreadable':
      return `cannot be read since ${time}${because}; it goes on by itself when that is over`
    case 'readable':
      return `can be read again since ${time}`
    case 'gap':
      return `gap: ${size !== undefined && size >= 0 ? `${bytes(size)} are gone` : 'lines are gone'}${why ? `, ${why}` : ''}`
    case 'fold':
      return `${bytes(size ?? 0)} skipped; scroll up to load them`
    case 'looked':
      return why ? `of the last ${bytes(size ?? 0)}, ${why}` : 'older lines were not looked at'
    case 'mark':
      return `mark, ${time}`
    case 'reconnected':
      return `reconnected ${time}, after ${duration(ms)}`
    case 'here':
      return `you were here ${since(new Date(at))}`
    case 'file':
      return to ? `${to} ends here; ${beside(name ?? '', to)} goes on` : `${name}`
    case 'start':
      return `beginning of ${name || 'the log'}`
    case 'progress':
      return `${why || 'reading'}${name ? ` ${name}` : ''}${size ? `, ${Math.floor((100 * (done ?? 0)) / size)} %` : ''}`
    case 'end':
      return `reading stopped${because}; it is tried again`
    case 'edge':
      return `the place asked for could not be used${because}; this is the live edge`
    default:
      return `${kind} ${time}${because}`
  }
}

/** The name of a file, without the folder where the other one is in the same. @param {string} name @param {string} other */
function beside(name, other) {
  const folder = other.slice(0, other.lastIndexOf('/') + 1)
  return name.lastIndexOf('/') + 1 === folder.length && name.startsWith(folder) ? name.slice(folder.length) : name
}

/** As much of a number as a title has room for. @param {number} n */
function few(n) {
  return n > 999 ? '999+' : String(n)
}
