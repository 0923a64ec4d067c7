// A tail without a page around it, and with short waits: the Go test drives the server's side of it.

import { Buffer } from '../static/js/buffer.js'
import { markerWords } from '../static/js/words.js'
import { Tail } from '../static/js/tail.js'
import { all } from './check.js'

const buffer = new Buffer()
const states = []
const tail = new Tail({ host: 'web-01', id: 'app.log' }, {
  take: (frame) => (frame.marker ? !markerWords(frame.marker) || buffer.mark(frame.marker) : buffer.take(frame)),
  edge: (why) => buffer.mark({ kind: 'edge', at: 0, why }),
  tell: ({ kind, words, at }) => states.push({ kind, words, wait: at ? at - Date.now() : 0 }),
}, { silence: 3000, look: 50, signedOut: 200 })

window.rig = { buffer, tail, states, all: () => all(buffer).join('\n'), saw: (kind) => states.findLast((state) => state.kind === kind) }
window.results = []
export const test = () => {}
