// The whole history as one line of bytes: where it begins, where the live edge is, and where between them a file lies.

import { identity, LAST } from '../tail/frame.js'

/** More answers are not under way at once. */
const ANSWERS = 4
/** What the tail says of a file that it reads from its beginning: it was cut, or another has its name and perhaps its inode. */
const ANEW = ['truncated', 'replaced', 'rotated']

/**
 * Places count from the live edge as it was when this page first heard of it: what was before is negative. Sizes of compressed
 * files are guesses, so the beginning may move.
 */
export class Extent {
  /** The oldest byte, as far as is known. */
  begin = 0
  /** The live edge. */
  edge = 0
  /** The log's files, oldest first. @type {import('../tail/frame.js').FileInfo[]} */
  files = []
  /** A frame came, and where it lies is known: one of the tail once there was room for it, as it comes again if there is none. @type {(frame: import('../tail/frame.js').Frame, shift: number) => void} */
  placed = () => {}
  /** Where the tail has come to, and in which file. */
  tail = 0
  #file = ''
  /** Whether its next frame goes on with the one before it. */
  #continues = false
  /** What an offset of a file is short of its place, whatever token it comes with. @type {Map<string, number>} */
  #shifts = new Map()
  /** Where answers that are under way have come to. @type {Map<number, number>} */
  #answers = new Map()

  /** Asks which files there are. @param {import('../tail/questions.js').Questions} questions @param {() => void} changed */
  ask(questions, changed) {
    /** @type {import('../tail/frame.js').FileInfo[]} */
    let files = []
    questions.ask({ ask: 'outline' }, {
      frame: ({ marker }) => {
        if (marker?.kind === 'outline') {
          const more = marker.files ?? [] // as many as fit in a frame
          if (more.some(({ name }) => files.some((file) => file.name === name))) files = [] // a new run tells it again
          this.outline = files = [...files, ...more]
        }
        changed()
      },
    })
  }

  /** The tail begins anew, wherever that is. */
  restart() {
    this.#continues = false
  }

  /**
   * What offsets of a frame's file are short of their place.
   * @param {import('../tail/frame.js').Frame} frame
   */
  shift(frame) {
    const { offset, behind, reply } = frame
    if (!frame.file) return 0
    const file = identity(frame.file)
    let shift = this.#shifts.get(file)
    if (shift === undefined || beginsAnew(frame)) this.#shifts.set(file, (shift = this.#measure(frame)))
    if (reply === 0) {
      this.#continues = true
      this.#file = file
      this.tail = shift + offset
    } else this.#answered(frame, shift + offset)
    // Of the past the way to the live edge is a guess that gets better: it says where a file lies, and not that the log has grown.
    if (file === this.#file) this.edge = Math.max(this.edge, shift + offset + behind)
    if (reply !== 0) this.placed(frame, shift)
    return shift
  }

  /** @param {import('../tail/frame.js').FileInfo[]} files */
  set outline(files) {
    this.files = files
    this.begin = this.edge - files.reduce((sum, { size }) => sum + size, 0)
  }

  /** The first byte was seen: it is here. @param {number} place */
  set start(place) {
    this.begin = place
  }

  get size() {
    return Math.max(1, this.edge - this.begin)
  }

  /** From 0, the first byte, to 1, the live edge. @param {number} place */
  fraction(place) {
    return Math.min(1, Math.max(0, (place - this.begin) / this.size))
  }

  /** What a fraction of now will be, whenever it is asked for. @returns {(fraction: number) => number} */
  get later() {
    const { begin, size } = this
    return (fraction) => this.fraction(begin + fraction * size)
  }

  /** How many bytes before the live edge a fraction of the history is. @param {number} fraction */
  behind(fraction) {
    return Math.round((1 - fraction) * this.size)
  }

  // Private

  /** @param {import('../tail/frame.js').Frame} frame @param {number} place */
  #answered({ reply, flags, marker }, place) {
    if (marker?.kind === 'progress') return // nothing was read
    this.#answers.delete(reply)
    if ((flags & LAST) === 0) this.#answers.set(reply, place)
    for (const old of this.#answers.keys()) if (this.#answers.size > ANSWERS) this.#answers.delete(old) // given up
  }

  /**
   * Of a file that was not heard of. The way to the live edge may be of after lines that this page has not heard of, so a file lies there or
   * further on; one that the tail or an answer goes on with lies where that has come to.
   * @param {import('../tail/frame.js').Frame} frame
   */
  #measure({ start, offset, behind, reply, marker }) {
    const byDistance = this.edge - behind - offset
    const answer = this.#answers.get(reply)
    if (answer !== undefined && marker?.kind === 'file') return answer - offset
    return reply === 0 && this.#continues ? Math.max(byDistance, this.tail - start) : byDistance
  }
}

/** Whether the bytes of a file that is known are other ones from here on. @param {import('../tail/frame.js').Frame} frame */
function beginsAnew({ reply, offset, marker }) {
  return reply === 0 && offset === 0 && ANEW.includes(marker?.kind ?? '')
}
