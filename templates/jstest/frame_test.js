import { Gaps, token } from '../static/js/tail/frame.js'
import { equal, fromBase64, ok, parseFrame, throws } from './check.js'

const cases = await (await fetch('../frames')).json()

export function testFramesAsTheWorkerWritesThem() {
  ok(cases.length > 50, 'there are frames to read')
  for (const { bytes, flags, behind, position, payload, marker, file, start, rest, gaps } of cases) {
    const frame = parseFrame(fromBase64(bytes).buffer)
    equal(frame.flags, flags, 'flags')
    equal(frame.behind, behind, 'behind')
    equal(frame.position, position, 'position')
    equal(btoa(String.fromCharCode(...frame.payload)), payload, 'payload')
    equal(frame.marker, marker, 'marker')
    equal(btoa(frame.file), file, 'file')
    equal(frame.start, start, 'start')
    equal([frame.rev, frame.reply, frame.looked, frame.passed, frame.time, frame.errors], rest, 'rev, reply, looked, passed, time, errors')
    const all = new Gaps(frame.gaps)
    equal(gaps.map(() => all.next()), gaps, 'gaps')
    equal(all.next(), 0, 'behind the last')
  }
}

export function testNoFrames() {
  const good = fromBase64(cases[0].bytes)
  throws(() => parseFrame(good.slice(0, 63).buffer), 'a short header')
  throws(() => parseFrame(good.slice(0, -1).buffer), 'a byte short')
  throws(() => parseFrame(new Uint8Array([...good, 0]).buffer), 'a byte more')
  const other = good.slice()
  other[0] = 2
  throws(() => parseFrame(other.buffer), 'another version')
  const places = good.slice()
  places[3] = 200
  throws(() => parseFrame(places.buffer), 'more places than bytes')
}

export function testTokens() {
  equal(token('file', 300), 'AQRmaWxlAAAAAAAAASw')
  equal(token('\xff\x00', 2 ** 40 + 1), 'AQL_AAAAAQAAAAAB')
}
