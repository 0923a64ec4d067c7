// Lines that the page let go of, once more.

import { Buffer } from './buffer.js'
import { cleanLines } from '../line/clean.js'
import { place } from '../tail/frame.js'
import { taking as words } from '../common/words.js'

/** So much is copied at most: more is for a file. */
const MOST = { lines: 100_000, bytes: 24 * 1024 * 1024 }

/**
 * @param {import('../tail/questions.js').Questions} questions
 * @param {import('../read/linked.js').Lines} lines @param {object | undefined} filter
 * @returns {Promise<{ text: string | null, why: string }>}
 */
export function fetchLines(questions, { from, to }, filter) {
  const last = place(to)
  const kept = new Buffer(MOST)
  kept.keep = { from: 0, to: Infinity }
  return new Promise((resolve) => {
    const stop = questions.ask({ ask: 'read', from, lines: MOST.lines, bytes: MOST.bytes, filter }, {
      frame: (frame, whole) => {
        const about = frame.marker?.kind === 'end' || frame.marker?.kind === 'progress'
        const room = about || kept.append(frame)
        const row = room && last ? kept.find(last.file, last.offset) : null
        if (row !== null) resolve({ text: cleanLines(kept, 0, row).join('\n'), why: '' })
        else if (!room) resolve({ text: null, why: words.tooMany })
        else if (whole) resolve({ text: null, why: frame.marker?.end === 'failed' || frame.marker?.end === 'edge' ? words.gone : words.tooMany })
        if (!whole && (row !== null || !room)) stop()
      },
      refused: (why) => resolve({ text: null, why: why || words.gone }),
    })
  })
}
