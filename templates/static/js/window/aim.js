// The line that is gone to: its place is known, or told, before it is here among the rows.

import { place } from '../tail/frame.js'

/** What is to be seen above a line comes with it, in bytes: otherwise a part of the screen would be empty until it is asked for. */
const LEAD = 32 * 1024

/** @typedef {import('../tail/frame.js').Frame} Frame */
/** @typedef {{ ask: 'read' | 'time' | 'place', from?: string, at?: number, behind?: number, lines?: number }} Where */
/**
 * @callback Shown called once
 * @param {Frame | null} frame the first that came of the place; null: it is not shown
 * @param {import('../tail/frame.js').Marker | null} marker what is told of the place, or why it is not shown
 * @param {{ file: string, offset: number } | null} place of the line, if it is known
 */
/**
 * @typedef {object} Rows
 * @property {(frame: Frame) => void} count nothing of it is a row
 * @property {() => void} arrive the rows of before go
 * @property {(frame: Frame, last: boolean) => void} take
 * @property {() => void} nowhere there is no such place: the rows stay
 * @property {() => void} refused
 */

export class Aim {
  #buffer
  #view
  where
  px
  #shown
  /** Position that the rows begin at; '': their first line's. */
  #head
  #place
  /** What the worker says of the place. @type {import('../tail/frame.js').Marker | null} */
  #found = null
  #state = /** @type {'flies' | 'near' | 'there'} */ ('flies')

  /**
   * @param {import('./buffer.js').Buffer} buffer @param {import('../view/view.js').View} view
   * @param {Where} where @param {number} px how far below the top of the screen @param {Shown} shown
   */
  constructor(buffer, view, where, px, shown) {
    this.#buffer = buffer
    this.#view = view
    this.where = where
    this.px = px
    this.#shown = /** @type {Shown | null} */ (shown)
    this.#place = px > 0 && where.from ? place(where.from) : null
    this.#head = this.#place ? '' : (where.from ?? '')
  }

  get question() {
    return { ...this.where, lead: this.px > 0 ? LEAD : undefined }
  }

  /** Whether nothing of the place is here yet. */
  get flies() {
    return this.#shown !== null
  }

  /** @param {Rows} rows @returns {import('../tail/questions.js').Asker} */
  asker(rows) {
    return {
      frame: (frame, last) => {
        const { marker } = frame
        const lands = this.#state === 'flies'
        if (marker?.kind === 'found' && this.#tell(frame)) return
        if (marker?.kind === 'found' || (lands && marker?.end === 'failed' && this.where.ask !== 'read')) {
          rows.nowhere()
          return this.told(null, marker)
        }
        if (lands && !last && (marker ? marker.kind === 'progress' : frame.payload.length === 0)) return rows.count(frame)
        if (lands) {
          rows.arrive()
          this.#buffer.head = this.#head
        }
        rows.take(frame, last)
        this.#land(last)
        this.told(frame, this.#found)
      },
      refused: () => {
        this.told(null, null)
        rows.refused()
      },
    }
  }

  /** @param {Frame | null} frame @param {import('../tail/frame.js').Marker | null} marker */
  told(frame, marker) {
    const shown = this.#shown
    if (!shown) return
    this.#shown = null
    shown(frame, marker, this.#place)
    this.#view.changed() // rows that were not asked for because of it are now
  }

  // Private

  /** The worker tells where it is. @param {Frame} frame @returns {boolean} whether it is anywhere */
  #tell({ marker, file, start, position }) {
    this.#found = marker
    this.#place = { file, offset: start }
    this.#head = position
    return marker?.sure !== 'none'
  }

  /** Rows came: once the line is among them it is shown; until then, and for as long as nobody scrolls, what leads to it. @param {boolean} last nothing more comes */
  #land(last) {
    if (this.#state === 'there' || (this.#state === 'near' && !this.#view.aims)) return
    const { first, next } = this.#buffer
    const row = this.#place ? this.#buffer.find(this.#place.file, this.#place.offset) : first
    this.#state = row === null && !last ? 'near' : 'there'
    // What stands for a line that does not pass is not cut in its place: it would hardly be seen.
    const other = this.px < 0 && this.#buffer.at(first)?.token !== this.where.from
    this.#view.toRow(row ?? (last ? Math.max(first, next - 1) : first), other ? 0 : this.px)
  }
}
