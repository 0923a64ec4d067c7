// How many lines the filter looked at and let pass: each once, also one that is fetched again, or was counted while one read elsewhere.

/** @typedef {import('../tail/frame.js').Frame} Frame */
/** @typedef {{ looked: number, passed: number }} Lines */

/**
 * They are those of a stretch of the log, whether their rows are still here or not, and what is written while it does not reach the live edge.
 * Whoever goes elsewhere begins another stretch.
 */
export class Counted {
  #buffer
  /** Of the stretch; and of a place that is gone to, as long as no row of it is here. */
  #here = none()
  #ahead = none()
  /** What was written since the rows do not reach the live edge: as the tail counts it, and as answers do that have come so far. */
  #away = none()
  #since = none()
  /** From where on the tail counts that, as a place in the whole history. */
  #left = Infinity
  /** The positions that the stretch reaches to. */
  #ends = { up: '', down: '' }
  /** Whether the stretch begins where the log does: before it there is nothing to count. */
  #begins = false

  /** @param {import('./buffer.js').Buffer} buffer */
  constructor(buffer) {
    this.#buffer = buffer
  }

  get looked() {
    return this.#sum('looked')
  }

  get passed() {
    return this.#sum('passed')
  }

  /** A frame of the tail, whose rows are here if it is live. @param {Frame} frame @param {boolean} live */
  tail(frame, live) {
    add(live ? this.#here : this.#away, frame)
    if (live) this.#ends.up ||= this.#buffer.head
  }

  /** From here on the tail counts only. @param {string} position @param {number} place */
  leave(position, place) {
    this.#ends.down = position
    this.#left = place
  }

  /** The rows reach the live edge again: what answers have counted up to there, the tail does not count besides. */
  join() {
    add(this.#here, this.#since)
    this.#away = none()
    this.#since = none()
    this.#left = Infinity
  }

  /** Of a place that is gone to, before a row of it is here. @param {Frame} frame */
  seek(frame) {
    add(this.#ahead, frame)
    return frame
  }

  /** Its rows come, in place of those of before. @param {boolean} begins whether it is the first byte there is */
  land(begins) {
    this.#begins = begins
    this.#here = this.#ahead
    this.#ahead = none()
    this.#since = none()
    this.#ends = { up: '', down: '' }
  }

  /** Until where lines were counted that are to be fetched again; undefined: none were. @param {'up' | 'down'} side of the rows */
  until(side) {
    const position = this.#ends[side]
    return position === this.#end(side) ? undefined : position || undefined
  }

  /** That place is gone: it is counted from the rows on. @param {'up' | 'down'} side */
  forget(side) {
    this.#ends[side] = this.#end(side)
  }

  /** A frame of an answer, once its rows are here. @param {'up' | 'down'} side @param {Frame} frame @param {number} place where it ends @param {string} [until] as it was asked for */
  answer(side, frame, place, until) {
    const again = until || (side === 'up' && this.#begins)
    if (!again) add(side === 'down' && place > this.#left ? this.#since : this.#here, frame)
    if (!until || frame.marker?.end === 'until' || frame.marker?.end === 'failed') this.forget(side)
  }

  // Private

  /** @param {'up' | 'down'} side */
  #end(side) {
    return side === 'up' ? this.#buffer.head : this.#buffer.tail
  }

  /** @param {'looked' | 'passed'} of */
  #sum(of) {
    return this.#here[of] + this.#ahead[of] + Math.max(this.#away[of], this.#since[of])
  }
}

/** @returns {Lines} */
function none() {
  return { looked: 0, passed: 0 }
}

/** @param {Lines} to @param {Lines} lines */
function add(to, { looked, passed }) {
  to.looked += looked
  to.passed += passed
}
