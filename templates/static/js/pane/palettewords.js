// All words of the palette.

import { count, number } from '../common/words.js'

export const palette = {
  loading: 'asking for the logs',
  away: 'livetail does not answer; close this and try again',
  none: 'no log has that in its name, group or host',
  trouble: 'not now',
  any: 'go to a log, or do something',
  beside: 'open a log beside',
  /** @param {string} name @param {string} said */
  named: (name, said) => `${name}: ${said}`,
  /** @param {boolean} on */
  on: (on) => (on ? 'on' : 'off'),
  /** @param {number} n */
  commands: (n) => (n > 0 ? count(n, 'command') : ''),
  /** @param {number} all @param {number} shown */
  found: (all, shown) => (all > shown ? `the first ${number(shown)} of ${count(all, 'log')}` : count(all, 'log')),
}
