// Going to a place of the history: the beginning, the end, a fraction of the way, a time.

/** The line that one goes to stands so far down the screen, as a fraction, so that what led to it is seen too. */
const THIRD = 1 / 3

/**
 * @typedef {object} Parts
 * @property {import('./tail.js').Tail} tail
 * @property {import('./reader.js').Reader} reader
 * @property {import('./buffer.js').Buffer} buffer
 * @property {import('./view.js').View} view
 * @property {import('./extent.js').Extent} extent
 * @property {HTMLElement} scroller
 */

export class Journey {
  #parts
  /** Gives up what is under way. @type {(() => void) | null} */
  #asking = null
  /** Where to go after that: the thumb moves faster than answers come. @type {(() => void) | null} */
  #next = null

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
  }

  /** How far down the screen the line stands that one goes to, in px. */
  get third() {
    return Math.round(this.#parts.scroller.clientHeight * THIRD)
  }

  /** The first byte there is. */
  toBegin() {
    const { reader, view, buffer } = this.#parts
    if (!view.more.above && buffer.next > buffer.first) view.toRow(buffer.first)
    else reader.seek('')
  }

  /** @param {number} fraction @param {(time: number) => void} shown when the line is there, with its time if that is known */
  toFraction(fraction, shown) {
    const { extent, buffer, view, reader } = this.#parts
    if (fraction >= 1 || fraction <= 0) {
      this.#drop()
      return fraction > 0 ? reader.toLive() : this.toBegin()
    }
    const place = extent.begin + fraction * extent.size
    const [first, last] = [buffer.at(buffer.first), buffer.at(buffer.next - 1)]
    if (first && last && place >= first.place && place <= last.place) {
      this.#drop()
      view.toRow(buffer.rowAt(place))
      return shown(0)
    }
    this.#ask({ ask: 'place', behind: extent.behind(fraction) }, (frame) => {
      reader.seek(frame.position, 0)
      shown(frame.time)
    })
  }

  /** @param {number} at Unix ms @param {(found: import('./frame.js').Marker) => void} shown */
  toTime(at, shown) {
    this.#ask({ ask: 'time', at }, (frame) => {
      if (frame.marker?.sure !== 'none') this.#parts.reader.seek(frame.position, this.third)
      if (frame.marker) shown(frame.marker)
    })
  }

  /** One question at a time; the last of those that come meanwhile is next. @param {object} question @param {(found: import('./frame.js').Frame) => void} found */
  #ask(question, found) {
    const go = () => {
      this.#asking = this.#parts.tail.questions.ask(/** @type {any} */ (question), {
        frame: (frame, last) => {
          if (frame.marker?.kind === 'found') found(frame)
          if (last) this.#over()
        },
        refused: () => this.#over(),
      })
    }
    if (this.#asking) this.#next = go
    else go()
  }

  /** Whoever is there already is not led away by a late answer. */
  #drop() {
    this.#asking?.()
    this.#asking = this.#next = null
  }

  #over() {
    this.#asking = null
    const next = this.#next
    this.#next = null
    next?.()
  }
}
