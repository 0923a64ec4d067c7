// The rows on screen: a window on the buffer, drawn once a frame.

import { Around } from './around.js'
import { Heights } from './heights.js'
import { Hold } from './hold.js'
import { Pace } from './pace.js'
import { IDLE, Screen } from './screen.js'
import { Sheet } from './sheet.js'

/** Empty px above and below the rows where the log goes on: what is fetched has its place there, and nothing has to be moved. */
const PAD = 30_000
/** So much of that is left above when rows come at the end, and so much more there may be elsewhere: nothing is scrolled, which costs a frame more. */
const [LEFT, ROOM] = [20_000, 90_000]
/** So much of the screen may be empty at most until more rows are there. */
const EMPTY = 0.6
/** The end is reached up to the rounding of browsers, in px; more would pull back who scrolls up slowly. */
const NEAR = 1.5
/** Folds are found as they are drawn: a frame looks so many times whether the screen is full, and then the next one does. */
const PASSES = 12

/**
 * Keeps to the end only while the reader is there. Otherwise what is read does not move, whatever comes or goes at either end of
 * the buffer. While text is selected or a button is held down, the view stands still too.
 * The element that scrolls is as high as the rows that are kept, never as the log; what is beyond them is fetched meanwhile.
 */
export class View {
  /** Whether the newest row is to be seen. */
  atEnd = true
  /** Whether the log goes on above the first row, and below the last; else it ends there. */
  more = { above: false, below: false }
  /** The row that the reader is at, if there is one. @type {number | null} */
  at = null
  /** How many px of rows there are above the screen, and below it. */
  above = 0
  below = 0
  pace = new Pace((lines) => this.#paint(lines))

  #screen
  #sheet
  #buffer
  #before
  #painted
  #heights = new Heights(0)
  /** A row, and where its top is in the sheet: all other rows lie around it. */
  #row = 0
  #y = 0
  /** The top of the screen in the sheet. */
  #top = 0
  /** Behind the last row in the sheet, as it was drawn. */
  #end = 0
  /** Where to go: a row, and how many px below the top of the screen. @type {{ row: number, px: number, whole: boolean } | null} */
  #target = null
  #goesOn = false
  /** How high the screen was when the end was last kept to: the strip that says that it is not takes some of it. */
  #tall = 0
  /** Heights are not known, and a scrollbar may come or go: what moves until rows are drawn is no reader's doing. */
  #redrawn = false
  #hold
  #around = new Around(() => this.changed())

  /**
   * @param {HTMLElement} scroller
   * @param {import('../window/buffer.js').Buffer} buffer
   * @param {{ make: (row: number) => HTMLElement, before?: () => void, painted?: () => void }} hooks before, and after rows are drawn
   */
  constructor(scroller, buffer, { make, before = () => {}, painted = () => {} }) {
    this.#screen = new Screen(scroller)
    this.#buffer = buffer
    this.#before = before
    this.#painted = painted
    this.#sheet = new Sheet(scroller, buffer, make, this.#heights)
    this.#hold = new Hold(scroller, () => this.changed())
    this.#measure()
    this.#watch(scroller)
    this.changed()
  }

  /** Something changed: draw in the next frame. */
  changed() {
    this.pace.soon()
  }

  /** Rows look different from now on. */
  redraw() {
    this.#redrawn = true
    this.#heights.clear()
    this.#sheet.clear()
    this.changed()
  }

  /** The same of some rows. @param {number} from @param {number} to */
  refresh(from, to) {
    this.#sheet.refresh(from, to)
    this.changed()
  }

  /** The rows are of another place now. @param {boolean} atEnd whether it is their end that is to be seen, also by whoever scrolled in those of before */
  restart(atEnd) {
    this.atEnd = atEnd
    this.#row = this.#buffer.first
    this.#y = this.#top = atEnd ? PAD : Math.min(ROOM, Math.max(PAD, this.#top)) // where the screen is: nothing is scrolled
    this.#target = null
    this.changed()
  }

  toEnd() {
    this.atEnd = true
    this.#target = null
    this.release()
    this.changed()
  }

  /** Shows a row, so many px below the top of the screen. @param {number} row @param {number} [px] @param {boolean} [whole] all of it is to be seen */
  toRow(row, px = 0, whole = false) {
    this.atEnd = false
    this.#target = { row, px, whole }
    this.changed()
  }

  /** The reader is at something: it stays where it is, whatever comes. */
  stay() {
    this.atEnd = false
    this.changed()
  }

  /** Nothing is to stay any more: where the end is seen, or only the strip hides it, it is followed again. */
  goOn() {
    this.#goesOn = this.#sheet.stale = true
    this.changed()
  }

  /** Brings all of a row onto the screen, by as little as that takes; it stays there, also when the screen gets smaller. @param {number} row */
  reveal(row) {
    this.toRow(row, this.#y + this.#heights.between(this.#row, row) - this.#top, true)
  }

  /** Whether nobody has scrolled since a row was to be shown. */
  get aims() {
    return this.#target !== null
  }

  /** The row at the top of the screen, and how many px of it are above. */
  get top() {
    const { first, next } = this.#buffer
    const row = this.#heights.find(this.#row, this.#top - this.#y, first, Math.max(first, next - 1))
    return { row, px: this.#top - this.#y - this.#heights.between(this.#row, row) }
  }

  /** The row that is to stay when others go, told like the top: the one that the reader is at if it is seen or to be seen, else the top. */
  get anchor() {
    const { top, last, at } = this
    if (at === null || ((at < top.row || at > last) && at !== this.#target?.row)) return top
    return { row: at, px: this.#top - this.#y - this.#heights.between(this.#row, at) }
  }

  /** The last row that is seen. */
  get last() {
    const { first, next } = this.#buffer
    return this.#heights.find(this.#row, this.#top + this.#screen.height - this.#y, first, Math.max(first, next - 1))
  }

  /** The element of a row, if it is drawn. @param {number} row */
  element(row) {
    return this.#sheet.element(row)
  }

  /** Whether the reader holds the view still by selecting. */
  get held() {
    return this.#hold.on
  }

  /** Nothing is selected any more. */
  release() {
    this.#hold.release()
  }

  // Private

  /** @param {HTMLElement} scroller */
  #watch(scroller) {
    scroller.addEventListener('scroll', () => {
      if (this.#screen.scrolled() && this.atEnd) this.pace.came(0) // at the end lines scroll all the time: drawn anew at once, that had no pace
      else this.changed()
    }, { passive: true })
    new ResizeObserver(() => this.#measure() && this.changed()).observe(scroller)
    this.#sheet.onresize = () => this.changed()
  }

  /** @returns {boolean} whether it is not as it was drawn */
  #measure() {
    const resized = this.#screen.measure()
    const { height, changed } = this.#sheet.measure()
    if (!changed) return resized
    this.#rest(this.top.row)
    this.#heights.usual = height
    this.#heights.clear()
    return (this.#sheet.stale = true)
  }

  /** From now on rows are counted from this one: what it is above of may change its height. @param {number} row */
  #rest(row) {
    this.#y += this.#heights.between(this.#row, row)
    this.#row = row
  }

  /** Only a move up by the reader leaves the end. A screen that gets higher moves too, and stays at the end of what was drawn. */
  #notice() {
    const moved = this.#screen.moved()
    if (moved === 0) return
    this.#top += moved
    if (this.#redrawn) return
    this.#target = null
    if (this.#end - this.#screen.top - this.#screen.height < NEAR) this.atEnd = !this.more.below
    else if (moved < 0 || this.held) this.atEnd = false
  }

  /** The buffer must not let go of what is read. */
  #mind() {
    const drawn = this.#sheet.rows
    const from = this.held ? Math.min(this.top.row, drawn.from) : this.top.row
    const to = this.held ? Math.max(this.last + 1, drawn.to) : this.last + 1
    this.#buffer.keep = this.atEnd && !this.held ? { from: Infinity, to: Infinity } : { from, to }
  }

  /** @param {number} lines that came since */
  #paint(lines) {
    this.#screen.measure()
    this.#notice()
    this.#before()
    this.#screen.measure()
    const { first, next } = this.#buffer
    if (this.#target) {
      const { row, px, whole } = this.#target
      this.#rest(row)
      this.#top = this.#y - (whole ? Math.max(0, Math.min(px, this.#screen.height - this.#heights.get(row))) : px)
    } else if (this.#row < first || this.#row > next) this.#rest(this.#row < first ? first : next)
    this.#settle()
    this.#rest(this.top.row)
    this.#mind()
    this.#around.few = (this.aims && !this.#sheet.shows(this.top.row, this.last)) || (this.atEnd && !this.held && lines * this.#heights.usual > this.#screen.height)
    let passes = PASSES
    while (passes > 0 && this.#draw()) passes--
    this.#write()
    if (this.#goesOn && this.below < NEAR + Math.max(0, this.#tall - this.#screen.height)) this.atEnd = !this.more.below
    if (passes === 0 || (this.#goesOn && this.atEnd)) this.changed()
    if (this.atEnd) this.#tall = this.#screen.height
    this.#goesOn = this.#redrawn = false
    this.#painted()
  }

  /** @returns {boolean} whether rows are lower than was thought: there is room for more */
  #draw() {
    const { from, to } = this.#near
    this.#sheet.draw(from, to, this.held, (row) => this.#y + this.#heights.between(this.#row, row))
    this.#screen.measure()
    this.#settle()
    const { from: above, to: below } = this.#near
    return above < this.#sheet.rows.from || below > this.#sheet.rows.to
  }

  /** The rows that belong on the screen, or near it. */
  get #near() {
    const { first, next } = this.#buffer
    const from = this.#heights.find(this.#row, this.#top - this.#around.px - this.#y, first, next)
    const to = this.#heights.find(this.#row, this.#top + this.#screen.height + this.#around.px - this.#y, first, next)
    return { from, to: Math.min(next, to + 1) }
  }

  /** Brings the place within what there is, and the rows to where they belong. */
  #settle() {
    const { first, next } = this.#buffer
    const shown = this.#screen.height
    let begin = this.#y + this.#heights.between(this.#row, first)
    let end = this.#y + this.#heights.between(this.#row, next)
    const lowest = begin - (this.more.above ? shown * EMPTY : 0)
    const highest = Math.max(begin, end - shown + (this.more.below ? shown * EMPTY : 0))
    const follows = this.atEnd && !this.held && !this.more.below
    const up = end - shown - this.#top
    const shift = (/** @type {number} */ by) => ([this.#y, begin, end] = [this.#y + by, begin + by, end + by])
    if (follows && up > 0 && this.more.above) shift(begin - up >= LEFT ? -up : PAD - begin)
    if (follows) this.#top = Math.max(begin, end - shown)
    else this.#top = Math.min(Math.max(this.#top, lowest), highest)
    const want = this.more.above ? Math.min(follows ? PAD : ROOM, Math.max(follows ? LEFT : PAD, begin)) : 0
    const { moving } = this.#screen
    if (begin !== want && (!moving || begin < shown || !this.more.above)) {
      this.#top += want - begin
      shift(want - begin)
    } else if (moving && begin !== want) setTimeout(() => this.changed(), IDLE)
    this.#end = end
    this.above = this.#top - begin
    this.below = end - this.#top - shown
    this.#sheet.height = Math.max(end + (this.more.below ? PAD : 0), begin + shown)
  }

  #write() {
    this.#sheet.place(this.#y + this.#heights.between(this.#row, this.#sheet.rows.from))
    this.#top = this.#screen.to(this.#top)
  }
}
