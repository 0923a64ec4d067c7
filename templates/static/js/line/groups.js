// Which lines belong together: those of a stack trace go on with the line before.

import { plain } from './ansi.js'
import { identity } from '../tail/frame.js'
import { continues, levelOf } from './level.js'
import { decode } from './text.js'

/** So much of a line tells what it is. */
const WITHIN = 1200
/** The level of a line that goes on with another is looked for in so many lines before it. */
const GROUP = 100

/** @typedef {import('../window/buffer.js').Buffer} Buffer */

/** A row that is drawn is looked at several times, and so is the one before. So many are remembered. */
const REMEMBERED = 256

/** @typedef {{ from: number, size: number, text: string, level: import('./level.js').Level | null }} Head level: null: nobody asked yet */
/** @type {WeakMap<Buffer, Map<number, Head>>} */
const heads = new WeakMap()

/** As much of a line as tells what it is. @param {Uint8Array} line without what ends it */
export function beginning(line) {
  return plain(decode(line.subarray(0, WITHIN)))
}

/** The beginning of a line. @param {Buffer} buffer @param {number} row */
function head(buffer, row) {
  let rows = heads.get(buffer)
  if (!rows || rows.size > REMEMBERED) heads.set(buffer, (rows = new Map()))
  const [from, size] = [buffer.start(row), buffer.size(row)]
  let known = rows.get(row)
  // A row may grow at either end, and one that was let go of may be another's when it comes again.
  if (!known || known.from !== from || known.size !== size) rows.set(row, (known = { from, size, text: beginning(buffer.bytes(row, 0, WITHIN)), level: null }))
  return known
}

/** The level of a line by itself. @param {Buffer} buffer @param {number} row */
function level(buffer, row) {
  const line = head(buffer, row)
  return (line.level ??= levelOf(line.text))
}

/** Whether a row goes on with the one before it. @param {Buffer} buffer @param {number} row */
export function goesOn(buffer, row) {
  if (row <= buffer.first || row >= buffer.next || buffer.marker(row) || buffer.marker(row - 1)) return false
  return buffer.continues(row) || continues(head(buffer, row).text, level(buffer, row - 1))
}

/** The same of the first row that is here: what is before it nobody knows. @param {Buffer} buffer @param {number} row */
export function mayGoOn(buffer, row) {
  return !buffer.marker(row) && (buffer.continues(row) || continues(head(buffer, row).text, 'other'))
}

/** Whether nothing of the file lies between a row and the one before: a filter may have left it out. @param {Buffer} buffer @param {number} row */
export function adjoins(buffer, row) {
  const [before, at] = [buffer.at(row - 1), buffer.at(row)]
  return before !== null && at !== null && identity(before.file) === identity(at.file) && before.offset + buffer.start(row) - buffer.start(row - 1) === at.offset
}

/** The level of a line: that of the line which it continues, if it does. @param {Buffer} buffer @param {number} row */
export function rowLevel(buffer, row) {
  let at = row
  while (row - at < GROUP && goesOn(buffer, at)) at--
  return level(buffer, at)
}
