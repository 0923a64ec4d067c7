// The line that is gone to: its place is known, or told, before it is here among the rows.

import { place } from './frame.js'

export class Aim {
  /** What the worker says of the place. @type {import('./frame.js').Marker | null} */
  found = null
  /** Position that the rows begin at; '': their first line's. */
  head = ''

  #buffer
  #view
  #px
  #place
  #state = /** @type {'new' | 'near' | 'there'} */ ('new')

  /**
   * @param {import('./buffer.js').Buffer} buffer @param {import('./view.js').View} view
   * @param {number} px how far below the top of the screen @param {string} [from] position, if that is what was asked for
   */
  constructor(buffer, view, px, from = '') {
    this.#buffer = buffer
    this.#view = view
    this.#px = px
    /** What comes before it comes with it; else it is the first row. */
    this.#place = px > 0 ? place(from) : null
    this.head = this.#place ? '' : from
  }

  /** The worker tells where it is. @param {import('./frame.js').Frame} frame @returns {boolean} whether it is anywhere */
  tell({ marker, file, start, position }) {
    this.found = marker
    this.#place = { file, offset: start }
    this.head = position
    return marker?.sure !== 'none'
  }

  /** Rows came: once the line is among them it is shown; else, for as long as nobody has scrolled, what comes nearest. @param {boolean} last nothing more comes */
  take(last) {
    if (this.#state === 'there' || (this.#state === 'near' && !this.#view.aims)) return
    const { first, next } = this.#buffer
    const row = this.#place ? this.#buffer.find(this.#place.file, this.#place.offset) : first
    this.#state = row === null && !last ? 'near' : 'there'
    this.#view.toRow(row ?? (last ? Math.max(first, next - 1) : first), this.#px)
  }
}
