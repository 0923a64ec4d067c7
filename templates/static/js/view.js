// The rows on screen: a window on the buffer, drawn once a frame.

/** Rows drawn beyond the screen on either side, so that a short scroll shows no empty space. */
const BEYOND = 20
/** The end is reached up to the rounding of browsers, in px; more would pull back who scrolls up slowly. */
const NEAR = 1.5
/** While something is selected, rows that leave the screen stay, up to so many: the selection lives in them. */
const HELD = 2000

/**
 * Keeps to the end only while the reader is there. Otherwise what is read does not move, whatever is added behind it or let
 * go before it. While text is selected or a button is held down, the view stands still too.
 */
export class View {
  /** Whether the newest row is to be seen. */
  atEnd = true

  #scroller
  #sheet
  #rows
  #buffer
  #make
  #painted
  #rowHeight = 0
  #top = 0
  /** The oldest row that has a place: the buffer's first, or the row of words before it. */
  #low = 0
  /** Rows that are drawn: from, and behind to. */
  #from = 0
  #to = 0
  /** The row that was the last when it was drawn may have grown since. */
  #drawnFirst = 0
  #drawnLast = -1
  #drawnSize = 0
  #columns = 0
  #pressed = false
  #selected = false
  #frame = 0

  /**
   * @param {HTMLElement} scroller
   * @param {import('./buffer.js').Buffer} buffer
   * @param {{ make: (row: number) => HTMLElement, painted?: () => void }} hooks
   */
  constructor(scroller, buffer, { make, painted = () => {} }) {
    this.#scroller = scroller
    this.#buffer = buffer
    this.#make = make
    this.#painted = painted
    this.#sheet = scroller.appendChild(document.createElement('div'))
    this.#sheet.className = 'lines'
    this.#rows = this.#sheet.appendChild(document.createElement('div'))
    this.#rows.className = 'rows'
    this.#measure()
    this.#watch()
  }

  /** Something changed: draw in the next frame. */
  changed() {
    this.#frame ||= requestAnimationFrame(() => this.#paint())
  }

  toEnd() {
    this.atEnd = true
    this.#selected = this.#pressed = false
    getSelection()?.removeAllRanges()
    this.changed()
  }

  /** Whether the reader holds the view still by selecting. */
  get held() {
    return this.#pressed || this.#selected
  }

  // Private

  #watch() {
    this.#scroller.addEventListener('scroll', () => this.changed(), { passive: true })
    this.#scroller.addEventListener('pointerdown', (event) => {
      if (event.button === 0 && event.target instanceof Element && event.target.closest('.row')) this.#pressed = true
    })
    for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => this.#release())
    document.addEventListener('selectionchange', () => {
      const selection = getSelection()
      this.#selected = selection?.type === 'Range' && this.#scroller.contains(selection.anchorNode)
      this.changed()
    })
    new ResizeObserver(() => {
      this.#measure()
      this.changed()
    }).observe(this.#scroller)
  }

  #release() {
    if (!this.#pressed) return
    this.#pressed = false
    this.changed()
  }

  #measure() {
    const probe = document.createElement('div')
    probe.className = 'row'
    probe.textContent = '0'
    this.#rows.append(probe)
    const height = probe.getBoundingClientRect().height
    probe.remove()
    if (height === this.#rowHeight) return
    const row = this.#rowHeight ? this.#top / this.#rowHeight : 0
    this.#rowHeight = height
    this.#top = row * height
  }

  /** Only a move up by the reader leaves the end: the page itself also scrolls, and rows come in between. */
  #notice() {
    const top = this.#scroller.scrollTop
    if (top === this.#top) return
    const up = top < this.#top
    const down = top > this.#top
    this.#top = top
    const left = this.#scroller.scrollHeight - this.#scroller.clientHeight - top
    if (left < NEAR) this.atEnd = true
    else if (up || (down && this.held)) this.atEnd = false
  }

  /** The buffer must not let go of what is read. */
  #mind() {
    const still = !this.atEnd || this.held
    this.#buffer.keep = still ? Math.max(this.#low + Math.floor(this.#top / this.#rowHeight), this.#buffer.first) : Infinity
  }

  #paint() {
    this.#frame = 0
    this.#notice()
    const { first, next } = this.#buffer
    const shown = this.#scroller.clientHeight
    const low = first > 0 ? first - 1 : 0
    if (low > this.#low) this.#top = Math.max(0, this.#top - (low - this.#low) * this.#rowHeight)
    this.#low = low
    const height = (next - low) * this.#rowHeight
    if (this.atEnd && !this.held) this.#top = Math.max(0, height - shown)
    this.#mind()
    const from = Math.max(low, low + Math.floor(this.#top / this.#rowHeight) - BEYOND)
    const to = Math.min(next, low + Math.ceil((this.#top + shown) / this.#rowHeight) + BEYOND)
    this.#forget(first)
    this.#draw(from, to)
    this.#sheet.style.height = `${height}px`
    this.#rows.style.transform = `translateY(${(this.#from - low) * this.#rowHeight}px)`
    if (Math.abs(this.#scroller.scrollTop - this.#top) >= 1) this.#scroller.scrollTop = this.#top
    this.#top = this.#scroller.scrollTop // browsers round it
    this.#painted()
  }

  /** Rows let go, the row that stood for them before, and a last row that has grown are drawn anew. @param {number} first */
  #forget(first) {
    if (first !== this.#drawnFirst) while (this.#from < this.#to && this.#from < first) this.#removeFirst()
    this.#drawnFirst = first
    const last = this.#drawnLast
    if (last >= this.#from && last === this.#to - 1 && this.#buffer.size(last) !== this.#drawnSize) this.#removeLast()
  }

  /** @param {number} from @param {number} to */
  #draw(from, to) {
    if (to <= this.#from || from >= this.#to) {
      this.#rows.replaceChildren()
      this.#from = this.#to = from
    }
    if (!this.held || this.#to - this.#from > HELD) {
      while (this.#from < from) this.#removeFirst()
      while (this.#to > to) this.#removeLast()
    }
    while (this.#from > from) this.#rows.prepend(this.#made(--this.#from))
    const fresh = document.createDocumentFragment()
    while (this.#to < to) fresh.append(this.#made(this.#to++))
    this.#rows.append(fresh)
  }

  /** @param {number} row */
  #made(row) {
    const element = this.#make(row)
    if (row === this.#buffer.next - 1) {
      this.#drawnLast = row
      this.#drawnSize = this.#buffer.size(row)
    }
    const columns = element.textContent?.length ?? 0
    if (columns > this.#columns) {
      // Once wide, always wide: the sideways scrollbar does not jump as rows pass.
      this.#columns = columns
      this.#sheet.style.minWidth = `calc(${columns}ch + 2 * var(--log-edge))`
    }
    return element
  }

  #removeFirst() {
    this.#rows.firstChild?.remove()
    this.#from++
  }

  #removeLast() {
    this.#rows.lastChild?.remove()
    this.#to--
  }
}
