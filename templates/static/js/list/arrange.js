// Where each row of the list belongs.

import { key } from './book.js'
import { list as words } from '../common/words.js'

/** @typedef {import('./book.js').Log} Log */
/** @typedef {import('./book.js').Book} Book */
/** @typedef {string | { words: string, more: string[] }} Note more: what is folded away below it, such as names */
/** @typedef {{ name: string, title: string, notes: Note[], logs: Log[], placed: boolean }} Section placed: rows say where they are */
/** @typedef {'group' | 'last' | 'rate' | 'errors' | 'size'} Sort */

const names = new Intl.Collator('en', { numeric: true })

/** @type {Record<Exclude<Sort, 'group'>, (a: Log, b: Log) => number>} */
const orders = {
  last: (a, b) => b.changed - a.changed,
  rate: (a, b) => b.rate - a.rate || b.changed - a.changed,
  errors: (a, b) => (b.error_rate ?? 0) - (a.error_rate ?? 0) || b.changed - a.changed,
  size: (a, b) => b.size - a.size,
}

/** @param {string | null} name @returns {name is Sort} */
export function isSort(name) {
  return name === 'group' || (name !== null && Object.hasOwn(orders, name))
}

/**
 * Pinned logs first, then by host, group and name, or all in one by what is asked for. What nobody can read comes last, below
 * what its host says about it.
 * @param {Book} book @param {Sort} sort @param {Set<string>} pins
 * @returns {Section[]}
 */
export function arrange(book, sort, pins) {
  /** @type {Log[][]} */
  const [pinned, rest] = [[], []]
  for (const log of book.logs.values()) (pins.has(key(log)) ? pinned : rest).push(log)
  const top = pinned.length > 0 ? [{ name: 'pinned', title: words.pinned, notes: [], logs: sorted(pinned, sort), placed: true }] : []
  return [...top, ...(sort === 'group' ? grouped(book, rest) : flat(book, rest, sort))]
}

/** @param {Book} book @param {Log[]} logs @returns {Section[]} */
function grouped(book, logs) {
  const byHost = Map.groupBy(logs, (log) => log.host)
  const all = [...new Set([...book.hosts.keys(), ...byHost.keys()])].sort(names.compare)
  return all.flatMap((host) => {
    const title = all.length > 1 ? host : ''
    const here = byHost.get(host) ?? []
    const out = away(book, host)
    const groups = Map.groupBy(here.filter(readable), (log) => log.group)
    for (const group of [...groups.keys()].sort(names.compare)) {
      const heading = [title, group].filter(Boolean).join(' / ')
      out.push({ name: `${host} group ${group}`, title: heading, notes: [], logs: sorted(groups.get(group) ?? [], 'group'), placed: false })
    }
    const notes = notesOf(book, host)
    const rest = sorted(here.filter((log) => !readable(log)), 'group')
    if (notes.length > 0 || rest.length > 0) out.push({ name: `${host} rest`, title: groups.size > 0 ? '' : title, notes, logs: rest, placed: false })
    return out
  })
}

/** @param {Book} book @param {Log[]} logs @param {Sort} sort @returns {Section[]} */
function flat(book, logs, sort) {
  const hosts = [...book.hosts.keys()].sort(names.compare)
  const rest = sorted(logs.filter((log) => !readable(log)), 'group')
  const notes = hosts.flatMap((host) => notesOf(book, host))
  const out = hosts.flatMap((host) => away(book, host))
  out.push({ name: 'all', title: words.sortedBy[sort], notes: [], logs: sorted(logs.filter(readable), sort), placed: true })
  if (notes.length > 0 || rest.length > 0) out.push({ name: 'rest', title: '', notes, logs: rest, placed: true })
  return out
}

/** @param {Book} book @param {string} name @returns {Section[]} */
function away(book, name) {
  const host = book.hosts.get(name)
  if (host?.state !== 'away') return []
  return [{ name: `${name} away`, title: '', notes: [words.away(name, book.awayFor(host))], logs: [], placed: false }]
}

/** @param {Book} book @param {string} name @returns {Note[]} */
function notesOf(book, name) {
  const host = book.hosts.get(name)
  if (!host?.binary) return host?.notes ?? []
  const { notes, binary, not_text: names = [] } = host
  return [...notes, names.length > 0 ? { words: words.binary(binary), more: words.notText(names, binary) } : words.binary(binary)]
}

/** @param {Log} log */
function readable(log) {
  return log.state !== 'unreadable' && log.state !== 'refused'
}

/** @param {Log[]} logs @param {Sort} sort */
function sorted(logs, sort) {
  const byName = (/** @type {Log} */ a, /** @type {Log} */ b) =>
    names.compare(a.host, b.host) || names.compare(a.group, b.group) || names.compare(a.name, b.name) || names.compare(a.id, b.id)
  const order = sort === 'group' ? undefined : orders[sort]
  return logs.sort((a, b) => order?.(a, b) || byName(a, b))
}

/**
 * Makes elements the children of parent, in this order, moving only those that are not in their place.
 * @param {Element} parent @param {Element[]} elements
 */
export function settle(parent, elements) {
  let at = parent.firstElementChild
  for (const element of elements) {
    if (element === at) at = at.nextElementSibling
    else parent.insertBefore(element, at)
  }
  while (at) {
    const next = at.nextElementSibling
    at.remove()
    at = next
  }
}
