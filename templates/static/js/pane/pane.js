// One log on the page: its parts, and what connects them.

import { tellSignedIn } from '../common/ask.js'
import { Buffer } from '../window/buffer.js'
import { listen } from './controls.js'
import { asked } from '../find/filter.js'
import { Extent } from '../window/extent.js'
import { Finding } from '../find/finding.js'
import { BACKLOG } from '../tail/frame.js'
import { Journey } from '../window/journey.js'
import { Later } from '../common/later.js'
import { paintLinked } from '../read/linked.js'
import { Lost } from '../tail/lost.js'
import { Marks } from '../read/marks.js'
import { Reader } from '../window/reader.js'
import { Reading } from '../read/reading.js'
import { Scrollbar } from '../view/scrollbar.js'
import { drag, drawThumb } from '../view/thumb.js'
import { Status } from './status.js'
import { Stopping } from './stopping.js'
import { Tail } from '../tail/tail.js'
import { Taking } from '../read/taking.js'
import { View } from '../view/view.js'
import { Wrap } from '../view/wrap.js'
import { count, tail as tailWords, view as words } from '../common/words.js'
import { hide, write } from '../common/write.js'

const HALTED = ['stopped', 'over']
/** So long it is said why something is not done, in ms. */
const SAID = 5000
/** The files of the log are asked for again after so long, in ms: they grow, and are rotated away. */
const OUTLINE = 60_000

/** @typedef {{ host: string, id: string, name: string, version: string }} Log */
/** @typedef {{ painted?: () => void, changed?: () => void, newer?: () => void }} Hooks changed: what is looked at is another; newer: the server is */

export class Pane {
  buffer = new Buffer()
  extent = new Extent()
  /** @type {Map<string, HTMLElement>} */
  #parts = new Map()
  #left = false
  #seen = 0
  #outlined = 0
  #onpaint
  #changed
  #newer
  /** Whether somebody looked at the end when the page was hidden; and since when it is. */
  #atEnd = true
  #away = 0
  #lost = new Lost()
  #topRow = 0
  #said = ''
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #forget
  /** Whether the server is newer than this page. */
  #older = false
  /** How the log's lines say when they were written: the zone where they do not, and a layout of their own. */
  written = { zone: '', layout: '' }
  /** Lines that a link is to. @type {{ from: string, to: string } | null} */
  linked = null

  /** @param {HTMLElement} root @param {Log} log @param {Hooks} hooks */
  constructor(root, log, { painted: onpaint = () => {}, changed = () => {}, newer = () => {} }) {
    this.root = root
    this.log = log
    this.#onpaint = onpaint
    this.#changed = changed
    this.#newer = newer
    this.marks = new Marks(log)
    this.buffer.marks = (file, from, to) => this.marks.between(file, from, to)
    this.scroller = this.part('log')
    this.whole = this.later(() => import('../read/whole.js').then(({ Whole }) => new Whole(this.part('whole'))))
    this.status = new Status({ host: log.host, truth: this.part('truth'), nothing: this.part('nothing'), announce: this.part('announce') })
    this.view = new View(this.scroller, this.buffer, { make: (row) => this.reading.make(row), before: () => this.#before(), painted: () => this.#painted() })
    this.tail = new Tail(log, {
      take: (frame) => this.#take(frame),
      tell: (state) => this.#tell(state),
      entry: (entry) => this.#entry(entry),
      version: (version) => this.#greeted(version),
      edge: (why) => this.#edge(why),
      refused: (refusal) => this.finding.refused(refusal),
    })
    this.reader = new Reader({ ...this, tell: (words) => this.say(words) })
    this.journey = new Journey({ ...this })
    this.scrollbar = new Scrollbar(this.part('track'), { go: (at) => drag(this, at), letGo: () => this.reader.flies || this.view.changed(), near: (at) => this.journey.expect(at) })
    this.finding = new Finding(this, changed)
    this.reading = new Reading(this, changed)
    this.taking = new Taking(this, changed)
    this.stopping = this.part('stopping') && new Stopping(this.part('stopping'), this) // an administrator's
    this.wrap = new Wrap(this.part('wrap'), this.scroller, () => this.view.redraw())
    listen(this)
  }

  /** @param {string} name */
  part(name) {
    const part = this.#parts.get(name) ?? /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`))
    this.#parts.set(name, part) // it is looked for behind all the rows
    return part
  }

  /** What is fetched when it is first asked for. @template T @param {() => Promise<T>} load */
  later(load) {
    return new Later(load, () => this.say(tailWords.notFetched))
  }

  /** Lines that came since the reader left the end. */
  get fresh() {
    return this.reader.arrived - this.#seen
  }

  /** Whether nothing comes until somebody says so. */
  get halted() {
    return HALTED.includes(this.tail.state.kind)
  }

  /** @param {import('../tail/begun.js').Begun} [begun] what is under way */
  start(begun) {
    this.tail.start(begun)
  }

  /** The page goes: so does the work on the server. */
  leave() {
    if (this.reader.live) this.marks.leave(this, Date.now())
    this.#left = !this.halted
    this.tail.stop()
  }

  comeBack() {
    if (this.#left) this.tail.start()
  }

  /** Something that is to be known. @param {string} text @param {number} [ms] for so long; else until something else is said */
  say(text, ms) {
    clearTimeout(this.#forget)
    if (ms) this.#forget = setTimeout(() => this.say(''), ms)
    this.#said = text
    this.#hint()
  }

  focus() {
    // So that keys scroll from the first; a ring is for whoever moved the focus.
    this.scroller.focus(/** @type {FocusOptions} */ ({ preventScroll: true, focusVisible: false }))
  }

  toEnd() {
    this.reader.toLive(this.status.far)
    this.scroller.focus({ preventScroll: true })
  }

  /** Shows what an address says. @param {import('../find/address.js').Looked} looked */
  show({ choice, term, at, line, marks, columns, only }) {
    const place = line?.from || at
    if (place) this.reader.rest()
    if (marks.length > 0) this.reading.highlights.texts = marks
    if (columns.length > 0) this.reading.columns.names = columns
    if (only) this.reading.columns.only = true
    if (asked(choice)) this.finding.filter.set(choice)
    if (term) this.finding.find(term)
    this.linked = line
    if (place) this.reader.seek(place, line ? this.journey.third : 0)
  }

  /** @returns {import('../find/address.js').Looked} */
  get looked() {
    const { view, reader, buffer, finding, reading } = this
    const at = view.atEnd && reader.live ? '' : (buffer.at(view.top.row)?.token ?? '')
    return { choice: finding.filter.choice, term: finding.term, at, line: this.linked, marks: reading.highlights.texts, columns: reading.columns.names, only: reading.columns.only, beside: [] }
  }

  /** The page is hidden. */
  lookAway() {
    this.#atEnd = this.reader.live && this.view.atEnd
    this.#away = Date.now()
  }

  /** It has been for a while: only counts are wanted. */
  rest() {
    if (this.#atEnd) this.marks.leave(this, this.#away)
    this.reader.rest()
  }

  /** Somebody looks again. */
  look() {
    this.tail.nudge()
    this.reader.wake(this.#atEnd)
  }

  /** A mark of one's own, behind the newest line. */
  mark() {
    if (!this.reader.live || this.buffer.next === this.buffer.first) return this.say(words.noMark, SAID)
    const at = Date.now()
    this.marks.add({ ...this.buffer.edge, kind: 'mark', at })
    this.buffer.mark({ kind: 'mark', at })
    this.view.changed()
    if (!this.view.atEnd) this.say(words.marked, SAID) // it is not seen
  }

  eachSecond() {
    if (!this.reader.filter) this.status.lineSize = this.buffer.lineSize
    this.status.draw()
    this.reading.errors.look()
    this.scrollbar.ticks('error', this.reading.errors.at(this.extent), this.extent.later)
    this.reading.times.now?.eachSecond()
    this.part('rate').textContent = words.perSecond(this.status.perSecond())
    this.part('count').textContent = count(this.buffer.kept, 'line')
    if (this.tail.state.kind === 'following' && Date.now() - this.#outlined > OUTLINE) this.#outline()
  }

  // Private

  /** @param {import('../tail/frame.js').Frame} frame */
  #take(frame) {
    const [before, arrived] = [this.buffer.lines, this.reader.arrived]
    this.reader.take(frame)
    this.view.pace.came(this.buffer.lines - before) // there may be no row, but numbers
    if (frame.marker?.kind === 'rotated') this.#outlined = 0
    this.status.frame(frame, (frame.flags & BACKLOG) !== 0, this.reader.arrived - arrived)
    if (document.hidden) this.#onpaint() // nothing is painted, and timers are slow
  }

  /** @param {import('../tail/tail.js').State} state */
  #tell(state) {
    this.status.state = state
    this.view.changed()
    this.stopping?.know()
    this.#back(this.#lost.hear(state.kind))
    if (state.kind === 'following' && !this.#outlined) this.#outline()
    this.part('stop').textContent = state.kind === 'over' ? words.again : state.kind === 'stopped' ? words.start : words.stop
  }

  /** The connection is: a pause in the lines may be its own, which a row says. Several in a row are one. @param {number} ms for so long it was lost; 0: it was not */
  #back(ms) {
    const { buffer, reader } = this
    if (ms === 0 || !reader.live || buffer.open || buffer.next === buffer.first || buffer.marker(buffer.next - 1)?.kind === 'reconnected') return
    buffer.mark({ kind: 'reconnected', at: Date.now(), ms })
    this.view.changed()
  }

  /** @param {string} why */
  #edge(why) {
    this.extent.restart()
    this.buffer.mark({ kind: 'edge', at: Date.now(), why })
    this.view.changed()
  }

  /** @param {any} entry */
  #entry(entry) {
    this.written = { zone: entry.zone ?? '', layout: entry.layout ?? '' }
    this.reading.times.now?.know()
    this.status.entry(entry)
    tellSignedIn()
  }

  /** @param {string} now */
  #greeted(now) {
    const { version } = this.log
    this.#older = now !== '' && version !== '' && now !== version
    this.#hint()
    if (this.#older) this.#newer()
  }

  #hint() {
    this.part('hint').textContent = this.#said || (this.#older ? tailWords.newer : '')
  }

  /** How long the history is: what the scrollbar stands for. */
  #outline() {
    this.#outlined = Date.now()
    this.extent.ask(this.tail.questions, () => this.view.changed())
  }

  /** What takes room is there before the rows: they are drawn once. */
  #before() {
    const { view, reader } = this
    this.reading.grow()
    const watching = view.atEnd && reader.live && !view.held
    const far = reader.live && this.status.far
    if (watching) this.#seen = reader.arrived
    hide(this.part('more'), !far && (watching || (view.atEnd && reader.live && this.fresh === 0)))
    write(this.part('end'), far && watching ? words.jump : words.fresh(this.fresh))
  }

  #painted() {
    const { view, reader, buffer } = this
    hide(this.part('nothing'), buffer.next > buffer.first)
    if (!this.scrollbar.held) reader.fill() // the thumb is elsewhere sooner
    this.reading.painted()
    this.taking.painted()
    this.finding.painted()
    const last = buffer.at(view.last)
    write(this.part('back'), last && !(reader.live && view.atEnd) ? words.back(this.extent.edge - last.place) : '')
    drawThumb(this)
    if (this.linked) paintLinked(this.scroller, buffer, this.linked)
    this.#onpaint()
    if (view.top.row !== this.#topRow) this.#changed()
    this.#topRow = view.top.row
  }
}
