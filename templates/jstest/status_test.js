import { Status } from '../static/js/pane/status.js'
import { full } from '../static/js/common/time.js'
import { lines, equal } from './check.js'

export function testAnEmptyFileHadNoLineSinceItIsThere() {
  const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
  const status = new Status({ host: 'web-01', truth, nothing, announce })
  status.state = { kind: 'following', words: '', at: 0 }
  status.entry({ age_ms: 240_000, size: 0 })
  status.frame({ ...lines(''), marker: { kind: 'live', at: 0 } }, false, 0)
  status.draw()
  equal(/^● live, empty since .*\d\d:\d\d.*; no lines yet$/.test(truth.textContent), true, truth.textContent)
  status.frame(lines('the first\n'), false, 1)
  status.draw()
  equal(truth.textContent, '● live')
}

export function testLinesOfAFileThatWasEmptyAreNoOlder() {
  for (const first of ['told', 'read']) {
    const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
    const status = new Status({ host: 'web-01', truth, nothing, announce })
    const tell = () => status.entry({ age_ms: 240_000, size: 0 })
    status.state = { kind: 'following', words: '', at: 0 }
    if (first === 'told') tell()
    status.frame(lines('written since\n'), true, 1)
    status.frame({ ...lines(''), marker: { kind: 'live', at: 0 } }, false, 0)
    if (first === 'read') tell()
    status.draw()
    equal(truth.textContent, '● live, last line 4 min ago', first)
  }
}

export function testAStopIsSaidWithItsTime() {
  const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
  const status = new Status({ host: 'web-01', truth, nothing, announce })
  const since = new Date(Date.now() - 750_000)
  status.state = { kind: 'held', words: 'stopped by admin: "disk work"', at: 0, stop: { by: 'root', since: since.getTime(), left: false } }
  equal(/^■ stopped by admin: "disk work" \(root, since .*\d\d:\d\d, 12 min ago\)$/.test(truth.textContent), true, truth.textContent)
  equal(truth.title, full(since), 'the zone is told on hover')
}

export function testSignColourAndWordsAreOfOneState() {
  const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
  const status = new Status({ host: 'web-01', truth, nothing, announce })
  const seen = () => [truth.firstChild.nodeValue, truth.className, announce.textContent]
  const frame = (rest, backlog = false) => {
    status.frame({ ...lines(''), ...rest }, backlog, 0)
    status.draw()
    return seen()
  }
  const state = (kind, words = '') => {
    status.state = { kind, words, at: Date.now() + 2500 }
    return seen()
  }
  equal(state('asking'), ['◌ connecting', 'truth asking', 'connecting'])
  equal(state('following'), ['◌ reading the last lines', 'truth following', 'reading the last lines'])
  equal(frame({ marker: { kind: 'live', at: 0 } }), ['● live, no lines yet', 'truth live', 'live, no lines yet'])
  equal(frame({ marker: { kind: 'unreadable', at: 0, why: 'x' } }).map((text) => text.slice(0, 16)), ['◌ cannot be read', 'truth following', 'live, no lines y'])
  equal(frame({ behind: 2 ** 21, payload: new Uint8Array(1) }).slice(0, 2), ['▲ 2.0 MB behind, catching up', 'truth behind'])
  equal(state('retry'), ['◌ reconnecting in 3 s', 'truth retry', 'reconnecting in 3 s'])
  equal(state('waiting', '● nobody'), ['◌ ● nobody', 'truth waiting', '● nobody'], 'what others say is no sign')
  equal(state('over', 'because'), ['■ because', 'truth over', 'because'])
  equal(state('signedout'), ['□ signed out', 'truth signedout', 'signed out'])
}

export function testALogThatAppearedHasLines() {
  const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
  const status = new Status({ host: 'web-01', truth, nothing, announce })
  status.state = { kind: 'following', words: '', at: 0 }
  const mark = (kind) => status.frame({ ...lines(''), marker: { kind, at: 0, name: 'next.log' } }, false)
  mark('waiting')
  equal(truth.textContent, '◌ waiting for next.log to appear')
  mark('opened')
  mark('live')
  equal(truth.textContent, '● live, no lines yet')
  status.frame(lines('the first\n'), true)
  status.draw()
  equal(truth.textContent, '● live', 'nobody knows of when they are')
}

export function testWhatIsOnlyFetchedIsNoRate() {
  const [truth, nothing, announce] = [0, 1, 2].map(() => document.createElement('p'))
  const status = new Status({ host: 'web-01', truth, nothing, announce })
  status.frame(lines('the last thousand\n'), true, 1000)
  equal(status.perSecond(), 0)
  status.frame(lines('what the filter passes of the past\n'), true, 500)
  equal(status.perSecond(), 0)
  status.frame(lines('new\n'), false, 40)
  equal(status.perSecond(), 20, 'over two seconds')
}
