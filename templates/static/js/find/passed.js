// What a filter lets lines pass for, as a mark in them: only where its pattern means the same here, and is quick on any line.

import { pattern } from '../view/hits.js'

/** A pattern of RE2 takes a time that grows with the line; here it may grow faster, so only so much of a line is looked at. */
const WITHIN = 1024

/** @param {object | undefined} filter in the protocol's words @returns {import('../line/line.js').Mark[]} */
export function passed(filter) {
  /** @type {import('./search.js').Term[]} */
  const terms = /** @type {any} */ (filter)?.include ?? []
  return terms.flatMap((term) => {
    const find = pattern(term)
    return find ? [{ find, name: 'passed', within: term.regex ? WITHIN : undefined }] : []
  })
}
