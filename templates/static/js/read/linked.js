// The lines that a link is to.

import { identity, place } from '../tail/frame.js'

/** @typedef {{ from: string, to: string }} Lines tokens of the first and the last */

/** @param {HTMLElement} scroller @param {import('../window/buffer.js').Buffer} buffer @param {Lines} lines */
export function paintLinked(scroller, buffer, lines) {
  const [from, to] = [place(lines.from), place(lines.to)]
  if (!from || !to) return
  for (const row of scroller.querySelectorAll('.row:not(.rule)')) {
    const at = buffer.at(Number(/** @type {HTMLElement} */ (row).dataset.n))
    row.classList.toggle('linked', at !== null && within(at, from, to))
  }
}

/** From one file to the next, where the lines are of two. @typedef {{ file: string, offset: number }} Place @param {Place} at @param {Place} from @param {Place} to */
function within(at, from, to) {
  const [file, first, last] = [at, from, to].map((one) => identity(one.file))
  const behind = file === first && at.offset >= from.offset
  const before = file === last && at.offset <= to.offset
  return first === last ? behind && before : behind || before
}
