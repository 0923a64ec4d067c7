// The page of one log: its parts, and what connects them.

import { onSignedIn, tellSignedIn } from './ask.js'
import { Buffer } from './buffer.js'
import { BACKLOG } from './frame.js'
import { looked } from './looked.js'
import { makeRow } from './row.js'
import { Status } from './status.js'
import { Tail } from './tail.js'
import { zoneName } from './time.js'
import { Title } from './title.js'
import { View } from './view.js'
import { Whole } from './whole.js'
import { count, markerWords, tail as tailWords, view as words } from './words.js'

const SECOND = 1000
/** New lines are announced no more often than every so many seconds. */
const ANNOUNCE = 30
const HALTED = ['stopped', 'over']

const { host = '', id = '', version = '' } = document.body.dataset
/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const [scroller, truth, nothing, hint, announce, stop, strip, end] = ['log', 'truth', 'nothing', 'hint', 'announce', 'stop', 'more', 'end'].map(part)

const buffer = new Buffer()
const whole = new Whole(part('whole'))
const status = new Status({ host, truth, nothing, announce })
const title = new Title()
const view = new View(scroller, buffer, { make: (row) => makeRow(buffer, row), painted })
const tail = new Tail({ host, id }, { take, tell, entry, version: greeted, edge })
let left = false
let seen = 0
let announced = 0
let seconds = 0

/** @param {import('./frame.js').Frame} frame */
function take(frame) {
  const words = frame.marker ? markerWords(frame.marker) : ''
  const taken = !frame.marker ? buffer.take(frame) : words === '' || buffer.mark(frame.marker)
  if (!taken) return false
  status.frame(frame, (frame.flags & BACKLOG) !== 0)
  view.changed()
  if (document.hidden) title.show(buffer.lines) // nothing is painted, and timers are slow
  return true
}

/** @param {import('./tail.js').State} state */
function tell(state) {
  status.state = state
  stop.textContent = state.kind === 'over' ? words.again : state.kind === 'stopped' ? words.start : words.stop
}

/** @param {string} why */
function edge(why) {
  buffer.mark({ kind: 'edge', at: Date.now(), why })
  view.changed()
}

/** @param {any} log */
function entry(log) {
  status.entry(log)
  tellSignedIn()
}

/** @param {string} now */
function greeted(now) {
  hint.textContent = now && version && now !== version ? tailWords.newer : ''
}

function painted() {
  nothing.hidden = buffer.next > 0
  const watching = view.atEnd && !view.held
  if (watching) {
    seen = buffer.lines
    tail.resume()
  }
  const fresh = buffer.lines - seen
  strip.hidden = watching || (view.atEnd && fresh === 0)
  const text = words.fresh(fresh)
  if (end.textContent !== text) end.textContent = text
  title.show(buffer.lines)
}

function eachSecond() {
  status.draw()
  part('rate').textContent = words.perSecond(status.perSecond(buffer.lines))
  part('count').textContent = count(buffer.kept, 'line')
  title.show(buffer.lines)
  if (++seconds % ANNOUNCE !== 0 || document.hidden) return
  if (buffer.lines > announced) announce.textContent = words.newLines(buffer.lines - announced)
  announced = buffer.lines
}

stop.addEventListener('click', () => (HALTED.includes(tail.state.kind) ? tail.start() : tail.stop()))
end.addEventListener('click', () => {
  view.toEnd()
  scroller.focus({ preventScroll: true })
})
scroller.addEventListener('click', (event) => {
  const row = event.target instanceof HTMLElement ? event.target.dataset.row : undefined
  if (row !== undefined && Number(row) >= buffer.first) whole.show(buffer.bytes(Number(row)).slice())
})
addEventListener('keydown', (event) => {
  if (event.key !== 'End' || (event.target instanceof Node && part('whole').contains(event.target))) return
  event.preventDefault()
  view.toEnd()
})
addEventListener('online', () => tail.nudge())
addEventListener('focus', () => tail.nudge())
document.addEventListener('visibilitychange', () => (document.hidden ? looked({ host, id }) : tail.nudge()))
onSignedIn(() => tail.nudge())
// Leaving ends the work on the server at once; coming back through the browser's history goes on.
addEventListener('pagehide', () => {
  looked({ host, id })
  left = !HALTED.includes(tail.state.kind)
  tail.stop()
})
addEventListener('pageshow', (event) => event.persisted && left && tail.start())

part('zone').textContent = words.zone(zoneName())
// So that keys scroll from the first; a ring is for whoever moved the focus.
scroller.focus({ preventScroll: true, focusVisible: false })
setInterval(eachSecond, SECOND)
tail.start()
