// What this page reads of its log: a window that follows the live edge, or stands anywhere in the past and grows as one scrolls.

import { Aim } from './aim.js'
import { Asking, read, says, upTo } from './asking.js'
import { Counted } from './counted.js'
import { News } from './news.js'
import { Skipped } from './skipped.js'
import { markerWords } from '../common/words.js'

/** So many px of rows are to be there beyond the screen; else more are asked for. */
const AHEAD = 6000
/** Rows before the live edge after a jump to it. */
const BACKLOG = 1000
/** So much is fetched rather than skipped by whoever comes back. */
const CLOSE = 256 * 1024

/** @typedef {import('../tail/frame.js').Frame} Frame */
/**
 * @typedef {object} Parts
 * @property {import('../tail/tail.js').Tail} tail
 * @property {import('./buffer.js').Buffer} buffer
 * @property {import('../view/view.js').View} view
 * @property {import('./extent.js').Extent} extent
 * @property {(words: string) => void} [tell] what takes long, or went wrong; '' when it is over
 */

export class Reader {
  /** Whether the last row is the newest line, and new lines are added. */
  live = true
  /** How many lines the log got since the page is here, read or not, and how many errors they report. */
  arrived = 0
  errors = 0
  /** What the filter looked at, and let pass. */
  counted

  #tail
  #buffer
  #view
  #extent
  #tell
  /** @type {object | undefined} */
  #filter
  /** What comes next is of another place: the rows go. */
  #replaces = false
  /** Questions that are under way. */
  #asking = new Asking()
  /** Whether nobody looks. */
  #rests = false
  /** Whether the first byte was asked for. */
  #begins = false
  #news = new News()
  #skipped
  /** @type {Aim | null} */
  #aim = null

  /** @param {Parts} parts */
  constructor({ tail, buffer, view, extent, tell = () => {} }) {
    this.#tail = tail
    this.#buffer = buffer
    this.#view = view
    this.#extent = extent
    this.#tell = tell
    this.#skipped = new Skipped(buffer)
    this.counted = new Counted(buffer)
    view.more.above = true
  }

  /** A frame of the tail. One that there is no room for counts when it comes again. @param {Frame} frame */
  take(frame) {
    const shift = this.#extent.shift(frame)
    if (this.#replaces) this.#clear(true)
    const before = this.#buffer.lines
    const added = !this.live || this.#add(frame, shift)
    if (this.live) this.#skipped.arrive(this.#tell)
    if (!added) return this.#leave(this.#buffer.tail)
    this.#extent.placed(frame, shift)
    this.arrived += this.#news.among(frame, shift, this.live ? this.#buffer.lines - before : frame.passed)
    this.errors += frame.errors
    this.counted.tail(frame, this.live)
  }

  /** Asks for more rows where the screen comes near their end, but not for such as would join rows that are about to go. */
  fill() {
    if (this.#rests || this.#replaces || this.flies) return
    if (this.#view.above < AHEAD && this.#view.more.above && !this.#asking.up && this.#buffer.head) this.#up()
    if (this.#view.below < AHEAD && !this.live && !this.#asking.down && this.#buffer.tail) this.#ask('down', { from: this.#buffer.tail }, (frame, last, until) => this.#below(frame, last, until))
  }

  /** Shows the first line behind a position, so many px below the top of the screen. @param {string} position '': the first byte there is @param {number} [px] */
  seek(position, px = 0) {
    this.go({ ask: 'read', from: position || undefined }, px)
  }

  /** The same of any place that can be asked for: its lines come with the answer. @param {import('./aim.js').Where} where @param {number} [px] @param {import('./aim.js').Shown} [shown] @param {Pick<import('../tail/questions.js').Questions, 'ask'>} [questions] that the question is put to */
  go(where, px = 0, shown = () => {}, questions = this.#tail.questions) {
    this.#drop()
    this.#rests = false
    this.#begins = where.ask === 'read' && !where.from
    const aim = (this.#aim = new Aim(this.#buffer, this.#view, where, px, shown))
    this.#asking.down = questions.ask(read(this.#filter, aim.question), aim.asker({
      count: (frame) => says(this.counted.seek(frame), this.#tell),
      arrive: () => {
        this.#leave(this.#tail.position, true)
        this.counted.land(this.#begins)
        this.#asking.giveUp('up') // it is of rows that go
        this.#clear(false)
      },
      take: (frame, last) => this.#below(frame, last),
      nowhere: () => this.#asking.giveUp('down'),
      refused: () => {
        this.#asking.down = null
        if (this.#buffer.next === this.#buffer.first) this.toLive() // it was all that was asked for
      },
    }))
  }

  /** What is gone to is not gone to any more, unless it is here. */
  stay() {
    if (this.flies) this.#drop()
  }

  /** Whether nothing of what is gone to is here yet. */
  get flies() {
    return this.#aim?.flies ?? false
  }

  /** To the newest line. What lies between is there for whoever scrolls back. @param {boolean} [skip] although it is on its way */
  toLive(skip = false) {
    if (!this.live || skip) {
      this.#restart()
      this.#skipped.leave()
    } else this.stay()
    this.#view.toEnd()
  }

  /** Nobody looks: only counts are wanted. */
  rest() {
    this.#rests = true
    if (this.live) this.#leave(this.#tail.position)
  }

  /** Somebody looks again. @param {boolean} toEnd */
  wake(toEnd) {
    if (!this.#rests) return
    this.#rests = false
    this.#view.changed()
    if (this.live || !toEnd) return
    const last = this.#buffer.at(this.#buffer.next - 1)
    if (last && this.#extent.edge - last.place > CLOSE) this.toLive()
    else this.#join()
  }

  get filter() {
    return this.#filter
  }

  /** What passes from now on. The line that is read, or that at the top of the screen, stays there, or the next that passes. @param {object | undefined} filter */
  set filter(filter) {
    const undo = this.#asItIs()
    this.#filter = filter
    const { row, px } = this.#view.anchor
    const at = this.#buffer.at(row)
    if ((this.live && this.#view.atEnd) || !at) this.#restart(undo)
    else {
      this.live = this.#replaces = false
      this.counted = new Counted(this.#buffer)
      this.counted.leave('', this.#extent.tail)
      this.#tail.set({ filter, quiet: true }, this.#tail.position, undo)
      this.seek(at.token, -px)
    }
  }

  // Private

  /** What brings all back to how it is now: the filter that is set cannot be. */
  #asItIs() {
    const { live, counted } = this
    const [replaces, filter, aim] = [this.#replaces, this.#filter, this.flies ? this.#aim : null]
    return () => {
      this.#drop()
      ;[this.live, this.#replaces, this.#filter] = [live, replaces, filter]
      this.counted = counted
      if (aim) this.go(aim.where, aim.px)
      else if (!live && this.#buffer.next === this.#buffer.first) this.toLive() // a link's: nothing was here before
      this.#view.changed()
    }
  }

  #up() {
    this.#ask('up', { back: true, from: this.#buffer.head }, (frame, last, until) => {
      const next = this.#buffer.next
      const begins = frame.marker?.kind === 'start'
      if (begins || frame.marker?.end === 'start') this.#view.more.above = false // of a log that is not there, no beginning is told
      if (begins) this.#extent.start = this.#extent.shift(frame) + frame.offset
      const said = says(frame, this.#tell)
      this.#buffer.unfold()
      if (said && frame.marker?.kind === 'end') this.#buffer.head = frame.position || this.#buffer.head
      const room = said || this.#buffer.prepend(frame, this.#extent.shift(frame))
      if (room) this.counted.answer('up', frame, 0, until)
      if (this.#buffer.next < next) {
        this.#asking.giveUp('down')
        this.#leave(this.#tail.position)
      }
      if (frame.marker?.kind === 'start' && this.#begins && this.#view.aims) this.#view.toRow(this.#buffer.first)
      this.#done('up', frame, last, room)
    })
  }

  /** @param {'up' | 'down'} side @param {object} question @param {(frame: Frame, last: boolean, until?: string) => void} take */
  #ask(side, question, take) {
    const until = this.#filter && this.counted.until(side)
    const frame = upTo(until, take, () => {
      this.#asking.giveUp(side)
      this.counted.forget(side)
      this.#view.changed()
    })
    this.#asking[side] = this.#tail.questions.ask(read(this.#filter, { ...question, until }), { frame, refused: () => (this.#asking[side] = null) })
  }

  /** @param {Frame} frame @param {boolean} last @param {string} [until] */
  #below(frame, last, until) {
    const said = says(frame, this.#tell)
    if (said && frame.marker?.kind === 'end') this.#buffer.pass(frame.position)
    const shift = this.#extent.shift(frame)
    const room = said || this.#add(frame, shift)
    if (room) this.counted.answer('down', frame, shift + frame.offset, until)
    this.#done('down', frame, last, room)
    if (frame.marker?.kind === 'end' && frame.marker.end === 'edge') this.#join()
  }

  /** @param {'up' | 'down'} side @param {Frame} frame @param {boolean} last @param {boolean} room */
  #done(side, { marker }, last, room) {
    this.#view.changed()
    if (room && !last) return
    const asking = this.#asking
    if (!room) asking[side]?.()
    if (room && marker?.end !== 'failed') asking[side] = null
    else asking.rest(side, () => this.#view.changed())
  }

  /** What was skipped, before it is scrolled to. */
  unfold() {
    if (!this.#asking.up && !this.#replaces) this.#up()
  }

  /** From the live edge, in place of what is here. @param {() => void} [undo] */
  #restart(undo) {
    this.#drop()
    this.#skipped.forget()
    this.live = this.#replaces = true
    this.counted = new Counted(this.#buffer)
    this.#extent.restart()
    this.#tail.set({ filter: this.#filter, lines: BACKLOG }, '', undo)
  }

  /** Behind the last row. @param {Frame} frame @param {number} shift @returns {boolean} whether there is room */
  #add(frame, shift) {
    const first = this.#buffer.first
    if (frame.marker && (frame.marker.kind === 'progress' || !markerWords(frame.marker))) this.#buffer.pass(frame.position)
    else if (!this.#buffer.append(frame, shift)) return false
    if (this.#buffer.first > first) {
      this.#asking.giveUp('up')
      this.#view.more.above = true
    }
    return true
  }

  /** The rows reach the live edge: from here on they are added as they are written. */
  #join() {
    this.live = true
    this.counted.join()
    this.#view.more.below = false
    this.#tail.set({ filter: this.#filter }, this.#buffer.tail)
    this.#view.changed()
  }

  /** The rows end before the live edge: what is written is only counted. @param {string} position from where on to count @param {boolean} [later] others are drawn now */
  #leave(position, later) {
    if (!this.live) return
    this.live = this.#replaces = false
    this.#view.more.below = true
    this.counted.leave(position, this.#extent.tail)
    this.#tail.set({ filter: this.#filter, quiet: true }, position, undefined, later)
  }

  /** @param {boolean} live whether what comes next ends at the live edge */
  #clear(live) {
    this.#replaces = false
    this.#buffer.clear()
    Object.assign(this.#view.more, { above: true, below: !live })
    this.#view.restart(live)
  }

  #drop() {
    this.#asking.drop()
    this.#asking = new Asking()
    this.#aim?.told(null, null)
  }
}
