// What is looked at, in the address: whoever gets it sees the same.

import { debounce } from '../common/debounce.js'
import { everything } from './filter.js'

/** The address follows so long after the page, in ms: browsers refuse too many changes. */
const PAUSE = 400
/** So many logs are beside each other at most. */
export const MOST = 4

/** @typedef {import('./filter.js').Choice} Choice */
/** @typedef {import('./search.js').Term} Term */
/**
 * @typedef {object} Looked
 * @property {Choice} choice
 * @property {Term | null} term what is searched for
 * @property {string} at token of the line at the top; '': the live edge
 * @property {{ from: string, to: string } | null} line the lines that a link is to
 * @property {string[]} marks texts in colours, by colour; '': it is free
 * @property {string[]} columns fields that are columns
 * @property {boolean} only without the lines beside them
 * @property {Beside[]} beside the other logs
 */
/** @typedef {{ host: string, id: string, look: string }} Beside look: what is looked at there, as an address says it */

/** @returns {Looked} */
export function looked(search = location.search) {
  const query = new URLSearchParams(search)
  const [from, to = ''] = (query.get('line') ?? '').split('~')
  const find = query.get('find')
  const looks = query.getAll('look')
  const levels = /** @type {import('./filter.js').Level[]} */ ((query.get('level') ?? '').split(',').filter((level) => ['error', 'warn', 'info', 'debug', 'other'].includes(level)))
  return {
    choice: {
      ...everything(),
      include: query.get('q') ?? '',
      exclude: query.get('not') ?? '',
      regex: query.get('as')?.includes('r') ?? false,
      case: query.get('as')?.includes('c') ?? false,
      levels,
      fields: query.getAll('field').map(readField).filter((field) => field.name !== ''),
    },
    term: find ? { text: find, regex: query.get('find-as')?.includes('r') ?? false, case: query.get('find-as')?.includes('c') ?? false } : null,
    at: query.get('at') ?? '',
    line: from ? { from, to: to || from } : null,
    marks: query.getAll('mark'),
    columns: query.getAll('column'),
    only: query.get('only') === 'columns',
    beside: query.getAll('with').map((text, i) => ({ ...readLog(text), look: looks[i] ?? '' })).filter(({ host, id }) => host && id).slice(0, MOST - 1),
  }
}

/** @param {Omit<Looked, 'marks' | 'columns' | 'only'> & Partial<Looked>} looked */
export function query({ choice, term, at, line, marks = [], columns = [], only = false, beside }) {
  const out = new URLSearchParams()
  /** @param {string} name @param {string} value */
  const add = (name, value) => value && out.append(name, value)
  add('q', choice.include)
  add('not', choice.exclude)
  add('as', how(choice))
  add('level', choice.levels.join(','))
  for (const { name, value, not } of choice.fields) add('field', `${name.replace(/[=!\\]/g, '\\$&')}${not ? '!=' : '='}${value}`)
  add('find', term?.text ?? '')
  add('find-as', term ? how(term) : '')
  add('at', line ? '' : at)
  add('line', line ? (line.from === line.to ? line.from : `${line.from}~${line.to}`) : '')
  for (const mark of marks) out.append('mark', mark)
  for (const column of columns) add('column', column)
  add('only', only && columns.length > 0 ? 'columns' : '')
  for (const { host, id } of beside) add('with', `${host}/${id}`)
  if (beside.some(({ look }) => look)) for (const { look } of beside) out.append('look', look)
  const text = out.toString()
  return text ? `?${text}` : ''
}

/** Writes the address once the page has come to rest. @param {() => Looked} state */
export function follow(state) {
  return debounce(() => {
    const search = query(state())
    if (search !== location.search) history.replaceState(history.state, '', location.pathname + search)
  }, PAUSE)
}

/** @param {{ regex: boolean, case: boolean }} term */
function how(term) {
  return (term.regex ? 'r' : '') + (term.case ? 'c' : '')
}

/** name=value or name!=value; of those signs, what is the name's own stands behind a backslash. @param {string} text */
function readField(text) {
  const [, name = '', not = '', value = ''] = /^((?:[^=!\\]|\\.)+)(!?)=(.*)$/s.exec(text) ?? []
  return { name: name.replace(/\\(.)/gs, '$1'), value, not: not === '!' }
}

/** @param {string} text */
function readLog(text) {
  const cut = text.indexOf('/')
  return { host: text.slice(0, Math.max(0, cut)), id: text.slice(cut + 1) }
}
