// A tail without a page around it, and with short waits: the Go test drives the server's side of it, and says how long a silence may be.

import { ask as get } from '../static/js/common/ask.js'
import { logAPI } from '../static/js/common/base.js'
import { dial, FIRST } from '../static/js/tail/begun.js'
import { Buffer } from '../static/js/window/buffer.js'
import { markerWords } from '../static/js/common/words.js'
import { Tail } from '../static/js/tail/tail.js'
import { all } from './check.js'

const buffer = new Buffer()
const states = []
let passed = 0
const silence = Number(new URLSearchParams(location.search).get('silence') ?? 12_000)

/** The longest time between two words of the server: it may be the machine that is silent. */
let longest = 0
let last = performance.now()
globalThis.WebSocket = class extends WebSocket {
  constructor(...of) {
    super(...of)
    this.addEventListener('message', () => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    })
  }
}
const log = { host: 'web-01', id: 'app.log' }
const tail = new Tail(log, {
  take: (frame) => {
    passed += frame.passed
    if (!frame.marker || markerWords(frame.marker)) buffer.append(frame)
  },
  edge: (why) => buffer.mark({ kind: 'edge', at: 0, why }),
  tell: ({ kind, words, at }) => states.push({ kind, words, wait: at ? at - Date.now() : 0 }),
  refused: (refusal) => (window.rig.refusal = refusal),
}, { silence, look: 50, signedOut: Number(new URLSearchParams(location.search).get('signedout') ?? 200) })

/** As a page that was just served does: what it wishes for at first is said with the handshake, which is under way. */
function begin() {
  return tail.start({ asked: get(logAPI(log)), socket: dial(log, { op: 'open', rev: FIRST }), said: true, heard: [] })
}

/** Asks, and gathers the answer. */
function ask(question) {
  window.rig.answer = ''
  return tail.questions.ask(question, {
    frame: (frame, last) => {
      window.rig.answer += new TextDecoder().decode(frame.payload)
      window.rig.answered ||= last
    },
  })
}

window.rig = {
  buffer, tail, states, ask, begin, answered: false, answer: '', refusal: null,
  passed: () => passed,
  longest: () => Math.max(longest, performance.now() - last),
  all: () => all(buffer).join('\n'),
  saw: (kind) => states.findLast((state) => state.kind === kind),
}
window.results = []
export const test = () => {}
