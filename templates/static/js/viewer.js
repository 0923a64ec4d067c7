// The page: its panes, and what is the page's rather than a log's.

import { follow, looked as readAddress, query } from './find/address.js'
import { onSignedIn } from './common/ask.js'
import { comeAgain } from './common/comeagain.js'
import { characterKeys, habit } from './common/habits.js'
import { KeySheet } from './pane/keysheet.js'
import { Later } from './common/later.js'
import { looked } from './common/looked.js'
import { Panes } from './pane/panes.js'
import { begun } from './tail/begun.js'
import { theme } from './common/theme.js'
import { Title } from './pane/title.js'
import { Watching } from './common/watching.js'
import { panes as paneWords, tail as tailWords, view as words } from './common/words.js'

const SECOND = 1000
/** New lines are announced no more often than every so many seconds. */
const ANNOUNCE = 30

const { host = '', id = '', name = '', version = '' } = document.body.dataset
/** The answers come while the page is made. */
const under = begun({ host, id })
const title = new Title()
const address = readAddress()
const write = follow(() => ({ ...panes.all[0].looked, beside: panes.all.slice(1).map(({ log, looked }) => ({ ...log, look: query(looked).slice(1) })) }))
const panes = new Panes(/** @type {HTMLElement} */ (document.querySelector('.panes')), { painted: entitle, changed: () => write.soon(), newer })
const failed = () => panes.current.say(tailWords.notFetched)
const railRoot = /** @type {HTMLElement} */ (document.querySelector('.rail'))
const rail = new Later(() => import('./pane/rail.js').then(({ Rail }) => new Rail(railRoot, { host, id }, beside)), failed)
const paletteRoot = /** @type {HTMLElement} */ (document.querySelector('#palette'))
const sheetRoot = /** @type {HTMLElement} */ (document.querySelector('#keys'))
const palette = new Later(() => Promise.all([import('./pane/palette.js'), import('./pane/commands.js')]).then(([{ Palette }, { commands }]) =>
  new Palette(paletteRoot, { beside, commands: () => commands(sheetRoot, control), back: () => panes.current.focus() })), failed)
theme(/** @type {HTMLSelectElement} */ (document.querySelector('#theme')))
const keySheet = new KeySheet(sheetRoot)
let older = false
let announced = 0
let seconds = 0
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking

/** How many lines all logs together got. */
function arrived() {
  return panes.all.reduce((sum, pane) => sum + pane.reader.arrived, 0)
}

function entitle() {
  title.show(arrived(), panes.all.reduce((sum, pane) => sum + pane.reader.errors, 0))
}

/** @param {{ host: string, id: string, name?: string, look?: string }} log */
function beside(log) {
  const before = panes.all.length
  const pane = panes.beside({ host: log.host, id: log.id, name: log.name ?? log.id, version })
  if (!pane) return panes.all[0].say(paneWords.full)
  if (panes.all.length === before) return
  if (log.look) pane.show(readAddress(log.look))
  pane.start()
  pane.focus()
  write.soon()
}

/** It is open at once, and the rest of it follows: whoever goes on typing types into it. @param {boolean} [besides] it is asked for a log to be opened beside */
function choose(besides = false) {
  if (paletteRoot.matches(':popover-open')) return paletteRoot.hidePopover()
  const selection = getSelection()
  const selected = selection && !selection.isCollapsed ? selection.getRangeAt(0).cloneRange() : null
  paletteRoot.showPopover()
  const input = /** @type {HTMLInputElement} */ (paletteRoot.querySelector('input'))
  input.value = ''
  input.focus()
  palette.ask((it) => it.show(besides, selected))
}

/** The same; and away at once. */
function unfoldRail() {
  railRoot.hidden = !railRoot.hidden
  if (!railRoot.hidden) railRoot.querySelector('input')?.focus()
  rail.ask((it) => it.toggle(!railRoot.hidden))
}

/** A control of the log that is read, or else of the page. @param {string} selector */
function control(selector) {
  return panes.current.root.querySelector(selector) ?? document.querySelector(selector)
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
  if (older) comeAgain(version, () => write.now())
}

/** Nothing is drawn where nobody looks: the title counts by itself. */
function tick() {
  clearInterval(ticking)
  if (!document.hidden) ticking = setInterval(eachSecond, SECOND)
}

function draw() {
  for (const pane of panes.all) pane.eachSecond()
  rail.now?.eachSecond()
  entitle()
}

function eachSecond() {
  draw()
  if (++seconds % ANNOUNCE !== 0) return
  if (arrived() > announced) panes.all[0].part('announce').textContent = words.newLines(arrived() - announced)
  announced = arrived()
}

/** @param {KeyboardEvent} event */
function key(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === 'k') {
    event.preventDefault()
    return choose()
  }
  if (!characterKeys() || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return
  if (event.key === '[') unfoldRail()
  else if (event.key === '?') keySheet.toggle()
  else if (event.key === 'o') choose()
  else if (!/^[1-4]$/.test(event.key) || !panes.focus(Number(event.key))) return
  event.preventDefault()
}

addEventListener('keydown', key)
document.querySelector('[data-part="rail-button"]')?.addEventListener('click', unfoldRail)
railRoot.querySelector('[data-rail="close"]')?.addEventListener('click', unfoldRail)
document.querySelector('[data-part="palette-button"]')?.addEventListener('click', () => choose())
document.querySelector('[data-part="beside-button"]')?.addEventListener('click', () => choose(true))
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
first.start(under)
address.beside.forEach(beside)
if (address.beside.length > 0) first.focus()
document.addEventListener('visibilitychange', () => {
  tick()
  if (!document.hidden) draw()
})
tick()
if (habit('rail', false)) rail.ask()
