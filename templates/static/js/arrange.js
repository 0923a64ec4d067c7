// Where each row of the list belongs.

import { list as words } from './words.js'

/** @typedef {import('./entry.js').Log} Log */
/** @typedef {{ host: string, state: string, away_ms: number, notes?: string[], binary?: number }} Host */
/** @typedef {{ name: string, title: string, notes: string[], logs: Log[] }} Section */

const names = new Intl.Collator('en', { numeric: true })

/**
 * By host, then group, then name. What nobody can read comes last in its host, below what the host says about it.
 * @param {Host[]} hosts @param {Log[]} logs
 * @returns {Section[]}
 */
export function arrange(hosts, logs) {
  const told = new Map(hosts.map((host) => [host.host, host]))
  const all = [...new Set([...told.keys(), ...logs.map((log) => log.host)])].sort(names.compare)
  const byHost = Map.groupBy(logs, (log) => log.host)
  return all.flatMap((host) => {
    const title = all.length > 1 ? host : ''
    return sections(host, title, told.get(host), byHost.get(host) ?? [])
  })
}

/** @param {string} host @param {string} title @param {Host | undefined} told @param {Log[]} logs @returns {Section[]} */
function sections(host, title, told, logs) {
  const out = []
  if (told?.state === 'away') out.push({ name: `${host} away`, title: '', notes: [words.away(host, told.away_ms)], logs: [] })
  const groups = Map.groupBy(logs.filter(readable), (log) => log.group)
  for (const group of [...groups.keys()].sort(names.compare)) {
    const heading = [title, group].filter(Boolean).join(' / ')
    out.push({ name: `${host} group ${group}`, title: heading, notes: [], logs: byName(groups.get(group) ?? []) })
  }
  const notes = [...(told?.notes ?? []), ...(told?.binary ? [words.binary(told.binary)] : [])]
  const rest = byName(logs.filter((log) => !readable(log)))
  if (notes.length > 0 || rest.length > 0) out.push({ name: `${host} rest`, title: groups.size > 0 ? '' : title, notes, logs: rest })
  return out
}

/** @param {Log} log */
function readable(log) {
  return log.state !== 'unreadable' && log.state !== 'refused'
}

/** @param {Log[]} logs */
function byName(logs) {
  return logs.sort((a, b) => names.compare(a.name, b.name) || names.compare(a.id, b.id))
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
