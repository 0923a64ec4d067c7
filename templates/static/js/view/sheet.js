// The drawn rows: elements, their heights, and the sheet that they lie on.

/** While something is selected, rows that leave the screen stay, up to so many: the selection lives in them. */
const HELD = 2000
/** So many measured heights are remembered at least. */
const REMEMBERED = 20_000

export class Sheet {
  /** Rows that are drawn: from, and up to. */
  rows = { from: 0, to: 0 }
  /** Whether the rows that are drawn have to be measured again. */
  stale = false
  /** Told when rows have become higher or lower by themselves. */
  onresize = () => {}

  #scroller
  #sheet
  #element
  #buffer
  #make
  #heights
  /** The rows that were first and last when they were drawn may have grown since. */
  #first = -Infinity
  #firstSize = 0
  #last = -Infinity
  #lastSize = 0
  #columns = 0

  /**
   * @param {HTMLElement} scroller @param {import('../window/buffer.js').Buffer} buffer
   * @param {(row: number) => HTMLElement} make @param {import('./heights.js').Heights} heights
   */
  constructor(scroller, buffer, make, heights) {
    this.#scroller = scroller
    this.#buffer = buffer
    this.#make = make
    this.#heights = heights
    this.#sheet = scroller.appendChild(document.createElement('div'))
    this.#sheet.className = 'lines'
    this.#element = this.#sheet.appendChild(document.createElement('div'))
    this.#element.className = 'rows'
    new ResizeObserver(() => this.#again()).observe(this.#element)
  }

  /** How high a row is now; and whether it was another height, or rows may break elsewhere. */
  measure() {
    const probe = document.createElement('div')
    probe.className = 'row'
    probe.textContent = '0'
    this.#element.append(probe)
    const height = probe.getBoundingClientRect().height
    probe.remove()
    const wraps = this.#scroller.classList.contains('wrap')
    return { height, changed: height !== this.#heights.usual || wraps }
  }

  /** @param {number} px */
  set height(px) {
    this.#sheet.style.height = `${px}px`
  }

  /** @param {number} y of the first drawn row */
  place(y) {
    this.#element.style.transform = `translateY(${y}px)`
  }

  clear() {
    this.#element.replaceChildren()
    this.rows.to = this.rows.from
    this.#columns = 0
    this.#sheet.style.minWidth = ''
  }

  /** @param {number} row */
  element(row) {
    const child = row >= this.rows.from && row < this.rows.to ? this.#element.children[row - this.rows.from] : null
    return child instanceof HTMLElement ? child : null
  }

  /** Whether one of these rows is drawn. @param {number} first @param {number} last */
  shows(first, last) {
    return first < this.rows.to && last >= this.rows.from
  }

  /** Rows look different from now on; others stay as they are. @param {number} from @param {number} to */
  refresh(from, to) {
    for (let row = Math.max(from, this.rows.from); row < Math.min(to, this.rows.to); row++) this.element(row)?.replaceWith(this.#made(row))
    this.stale = true
  }

  /**
   * @param {number} from @param {number} to @param {boolean} held what was drawn stays
   * @param {(row: number) => number} y where a row is, as far as is known before they are measured
   */
  draw(from, to, held, y) {
    const drawn = this.rows
    this.#forget()
    if (to <= drawn.from || from >= drawn.to) this.#drop(from)
    if (!held || drawn.to - drawn.from > HELD) {
      while (drawn.from < from) this.#removeFirst()
      while (drawn.to > to) this.#removeLast()
    }
    const before = document.createDocumentFragment()
    /** @type {[number, HTMLElement][]} */
    const fresh = []
    for (let row = from; row < drawn.from; row++) fresh.push([row, before.appendChild(this.#made(row))])
    this.#element.prepend(before)
    drawn.from = Math.min(drawn.from, from)
    const behind = document.createDocumentFragment()
    while (drawn.to < to) fresh.push([drawn.to, behind.appendChild(this.#made(drawn.to++))])
    this.#element.append(behind)
    this.place(y(drawn.from)) // now, so that they are laid out once
    if (this.stale) this.#measureAll()
    else for (const [row, element] of fresh) this.#heights.set(row, element.getBoundingClientRect().height)
    this.stale = false
    this.#heights.keep(this.#buffer.first, this.#buffer.next, REMEMBERED)
  }

  // Private

  /** Rows have another height than when they were drawn. */
  #again() {
    const { from, to } = this.rows
    if (Math.abs(this.#element.offsetHeight - this.#heights.between(from, to)) < 1) return
    this.#measureAll()
    this.onresize()
  }

  #measureAll() {
    const { children } = this.#element
    for (let i = 0; i < children.length; i++) this.#heights.set(this.rows.from + i, children[i].getBoundingClientRect().height)
  }

  /** Rows let go, and a last row that has grown, are not as they were drawn. */
  #forget() {
    const { first, next } = this.#buffer
    const drawn = this.rows
    if (drawn.to <= first || drawn.from >= next) this.#drop(first)
    while (drawn.from < drawn.to && drawn.from < first) this.#removeFirst()
    while (drawn.from < drawn.to && drawn.to > next) this.#removeLast()
    const last = this.#last
    if (last >= drawn.from && last === drawn.to - 1 && this.#buffer.size(last) !== this.#lastSize) this.#removeLast()
    if (this.#first >= drawn.from && this.#first < drawn.to && this.#buffer.size(this.#first) !== this.#firstSize) this.clear()
  }

  /** @param {number} row */
  #made(row) {
    const element = this.#make(row)
    element.dataset.n = String(row)
    if (row === this.#buffer.next - 1) {
      this.#last = row
      this.#lastSize = this.#buffer.size(row)
    }
    if (row === this.#buffer.first) {
      this.#first = row
      this.#firstSize = this.#buffer.size(row)
    }
    const columns = length(element) - length(element.querySelector('.below')) - length(element.querySelector('.raw'))
    if (columns > this.#columns && !this.#scroller.classList.contains('wrap')) {
      // Once wide, always wide: the sideways scrollbar does not jump as rows pass.
      this.#columns = columns
      this.#sheet.style.minWidth = `calc(${columns}ch + 12px + var(--log-edge))`
    }
    return element
  }

  /** All at once, which is quicker than one by one. @param {number} at where rows are drawn next */
  #drop(at) {
    this.#element.replaceChildren()
    this.rows.from = this.rows.to = at
  }

  #removeFirst() {
    this.#element.firstChild?.remove()
    this.rows.from++
  }

  #removeLast() {
    this.#element.lastChild?.remove()
    this.rows.to--
  }
}

/** @param {Element | null} element */
function length(element) {
  return element?.textContent?.length ?? 0
}
