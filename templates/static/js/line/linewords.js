// The words of what one does with a line; all others are in words.js.

import { bytes, count } from '../common/amounts.js'

export const folds = {
  /** @param {number} n */
  open: (n) => `… ${count(n, 'more line')}`,
  /** @param {number} n */
  close: (n) => `fold ${count(n, 'line')}`,
  /** @param {boolean} on */
  all: (on) => `traces ${on ? 'folded' : 'whole'}`,
}

/** The table below a line. */
export const fields = {
  label: 'fields of this line',
  /** @param {string} name @param {string} value @param {boolean} not */
  act: (name, value, not) => `${not ? 'no' : 'only'} lines with ${name} = ${value}`,
  long: 'a value of more than 1,024 bytes is too long for a filter',
  none: 'this line has no fields: it is neither JSON nor logfmt',
  /** @param {number} n */
  tooLong: (n) => `${bytes(n)} are too long to be taken apart; “show all” has the line`,
  /** @param {number} n */
  some: (n) => `the first ${count(n, 'field')}; “show all” has the whole line`,
  /** @param {number} n */
  more: (n) => `… ${count(n, 'character')} more`,
}

/** The second column of times. */
export const times = {
  title: 'a second column of times: local, UTC, or how long ago (T)',
  /** @param {'off' | 'local' | 'utc' | 'ago'} mode @param {string} zone @param {string} host */
  column: (mode, zone, host) => `times: ${{ off: 'off', local: `local, ${zone}`, utc: 'UTC', ago: 'ago' }[mode]}${mode === 'off' ? '' : host}`,
  /** @param {string} host @param {string} zone */
  host: (host, zone) => ` (${host}: ${zone.replace(/^[+-]/, 'UTC$&')})`,
  /** @param {string} host */
  unknown: (host) => `this line does not say its zone, and that of ${host} is not known`,
  /** @param {string} time */
  ago: (time) => `${time} ago`,
  /** @param {string} time */
  ahead: (time) => `in ${time}`,
}

export const highlights = {
  drop: 'no longer in colour',
  /** @param {number} n */
  full: (n) => `there are ${n} colours: click one of the texts to take it away first`,
}

export const columns = {
  drop: 'no longer a column',
  /** @param {string} text */
  found: (text) => `found in what is hidden beside the columns (c shows it): ${text}`,
  none: 'there are no columns: open a line’s fields (Enter) and choose some by ▥',
  /** @param {string} name */
  act: (name) => `${name} as a column`,
  /** @param {number} n */
  full: (n) => `there are ${n} columns at most; click the head of one to take it away first`,
}
