// The page: its panes, and what is the page's rather than a log's.

import { follow, looked as readAddress } from './address.js'
import { onSignedIn } from './ask.js'
import { characterKeys, habit } from './habits.js'
import { KeySheet } from './keysheet.js'
import { Later } from './later.js'
import { looked } from './looked.js'
import { Panes } from './panes.js'
import { begin } from './tail.js'
import { Title } from './title.js'
import { Watching } from './watching.js'
import { panes as paneWords, tail as tailWords, view as words } from './words.js'

const SECOND = 1000
/** New lines are announced no more often than every so many seconds. */
const ANNOUNCE = 30
/** The version for which this tab was already loaded anew. */
const RELOADED = 'livetail.reloaded'

const { host = '', id = '', name = '', version = '' } = document.body.dataset
/** The answers come while the page is made. */
const begun = begin({ host, id })
const title = new Title()
const address = readAddress()
const write = follow(() => ({ ...panes.all[0].looked, beside: panes.all.slice(1).map(({ log }) => log) }))
const panes = new Panes(/** @type {HTMLElement} */ (document.querySelector('.panes')), { painted: () => title.show(arrived()), changed: () => write.soon(), newer })
const failed = () => panes.current.say(tailWords.notFetched)
const railRoot = /** @type {HTMLElement} */ (document.querySelector('.rail'))
const rail = new Later(() => import('./rail.js').then(({ Rail }) => new Rail(railRoot, { host, id }, beside)), failed)
const paletteRoot = /** @type {HTMLElement} */ (document.querySelector('#palette'))
const palette = new Later(() => import('./palette.js').then(({ Palette }) => new Palette(paletteRoot, beside)), failed)
const keySheet = new KeySheet(/** @type {HTMLElement} */ (document.querySelector('#keys')))
let older = false
let announced = 0
let seconds = 0

/** How many lines all logs together got. */
function arrived() {
  return panes.all.reduce((sum, pane) => sum + pane.reader.arrived, 0)
}

/** @param {{ host: string, id: string, name?: string }} log */
function beside(log) {
  const before = panes.all.length
  const pane = panes.beside({ host: log.host, id: log.id, name: log.name ?? log.id, version })
  if (!pane) return panes.all[0].say(paneWords.full)
  if (panes.all.length === before) return
  pane.start()
  pane.focus()
  write.soon()
}

/** The server is newer than this page, which comes again when nobody looks. */
function newer() {
  older = true
  reload()
}

/** What the list says is new since somebody looked, counts from here. */
function wasLooked() {
  for (const { log } of panes.all) looked(log)
}

function reload() {
  if (!older || !document.hidden || sessionStorage.getItem(RELOADED) === version) return
  sessionStorage.setItem(RELOADED, version)
  write.now()
  location.reload()
}

function eachSecond() {
  for (const pane of panes.all) pane.eachSecond()
  rail.now?.eachSecond()
  title.show(arrived())
  if (++seconds % ANNOUNCE !== 0 || document.hidden) return
  if (arrived() > announced) panes.all[0].part('announce').textContent = words.newLines(arrived() - announced)
  announced = arrived()
}

/** @param {KeyboardEvent} event */
function key(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === 'k') {
    event.preventDefault()
    return palette.ask((it) => it.toggle())
  }
  if (!characterKeys() || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return
  if (event.key === '[') rail.ask((it) => it.toggle())
  else if (event.key === '?') keySheet.toggle()
  else if (event.key === 'o') palette.ask((it) => it.toggle())
  else if (!/^[1-4]$/.test(event.key) || !panes.focus(Number(event.key))) return
  event.preventDefault()
}

addEventListener('keydown', key)
document.querySelector('[data-part="rail-button"]')?.addEventListener('click', () => rail.ask((it) => it.toggle()))
document.querySelector('[data-part="palette-button"]')?.addEventListener('click', () => palette.ask((it) => it.toggle()))
addEventListener('online', () => panes.all.forEach((pane) => pane.tail.nudge()))
addEventListener('focus', () => panes.all.forEach((pane) => pane.tail.nudge()))
onSignedIn(() => panes.all.forEach((pane) => pane.tail.nudge()))
// Leaving ends the work on the server at once; coming back through the browser's history goes on.
addEventListener('pagehide', () => {
  wasLooked()
  panes.all.forEach((pane) => pane.leave())
})
addEventListener('pageshow', (event) => event.persisted && panes.all.forEach((pane) => pane.comeBack()))
new Watching(() => panes.all, () => {
  wasLooked()
  reload()
})

const first = panes.first({ host, id, name, version })
first.show(address)
first.focus()
first.start(begun)
address.beside.forEach(beside)
if (address.beside.length > 0) first.focus()
setInterval(eachSecond, SECOND)
if (habit('rail', false)) rail.ask()
