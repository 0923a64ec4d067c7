// Which lines belong together: those of a stack trace go on with the line before.

import { plain } from './ansi.js'
import { identity } from './frame.js'
import { continues, levelOf } from './level.js'
import { decode } from './text.js'

/** So much of a line tells what it is. */
const WITHIN = 1200
/** The level of a line that goes on with another is looked for in so many lines before it. */
const GROUP = 100

/** @typedef {import('./buffer.js').Buffer} Buffer */

/** The beginning of a line, as text. @param {Buffer} buffer @param {number} row */
function head(buffer, row) {
  return plain(decode(buffer.bytes(row, 0, WITHIN)))
}

/** Whether a row goes on with the one before it. @param {Buffer} buffer @param {number} row */
export function goesOn(buffer, row) {
  if (row <= buffer.first || row >= buffer.next || buffer.marker(row) || buffer.marker(row - 1)) return false
  return buffer.continues(row) || continues(head(buffer, row), levelOf(head(buffer, row - 1)))
}

/** The same of the first row that is here: what is before it nobody knows. @param {Buffer} buffer @param {number} row */
export function mayGoOn(buffer, row) {
  return !buffer.marker(row) && (buffer.continues(row) || continues(head(buffer, row), 'other'))
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
  return levelOf(head(buffer, at))
}
