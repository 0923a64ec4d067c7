import { Buffer } from '../static/js/buffer.js'
import { CONT, NO_EOL, OPEN } from '../static/js/frame.js'
import { all, equal, lines, ok, text } from './check.js'

const at = Date.now()

export function testLines() {
  const buffer = new Buffer()
  buffer.take(lines('one\ntwo\r\n\n\r\nfive\rstill five\n'))
  equal(all(buffer), ['one', 'two', '', '', 'five\rstill five'])
  equal(buffer.lines, 5)
  buffer.take(lines('six\n'))
  equal(text(buffer, 5), 'six')
}

export function testPartsAreOneLine() {
  const buffer = new Buffer()
  buffer.take(lines('before\nbegin', OPEN))
  equal(all(buffer), ['before', 'begin'])
  buffer.take(lines(' middle', CONT | OPEN))
  buffer.take(lines(' end\nafter\n', CONT))
  equal(all(buffer), ['before', 'begin middle end', 'after'])
  buffer.take(lines('carriage\r', OPEN))
  buffer.take(lines('\n', CONT))
  equal(text(buffer, 3), 'carriage')
  equal(buffer.lines, 4)
}

export function testPartsOfDifferentLinesStayApart() {
  const buffer = new Buffer()
  buffer.take(lines('never finished', OPEN))
  buffer.take(lines('another\n'))
  equal(all(buffer), ['never finished', 'another'])
  ok(!buffer.continues(1), 'a line of its own')
  buffer.take(lines('tail of something\n', CONT))
  equal(text(buffer, 2), 'tail of something')
  ok(buffer.continues(2), 'its beginning is not here')
}

export function testALineWithoutNewlineEnds() {
  const buffer = new Buffer()
  buffer.take(lines('old file, last line', NO_EOL))
  buffer.take(lines('new file\n'))
  equal(all(buffer), ['old file, last line', 'new file'])
  buffer.take(lines('part', OPEN))
  buffer.take(lines(' and end', CONT | NO_EOL))
  buffer.take(lines('next\n', CONT))
  equal(all(buffer).slice(2), ['part and end', 'next'])
}

export function testAMarkerInsideALineEndsItsRow() {
  const buffer = new Buffer()
  buffer.take(lines('begin', OPEN))
  buffer.mark({ kind: 'truncated', at })
  buffer.take(lines('rest\n', CONT))
  equal(all(buffer), ['begin', 'truncated', 'rest'])
  ok(buffer.continues(2), 'its beginning is above the marker')
}

export function testMarkersAreRows() {
  const buffer = new Buffer()
  buffer.take(lines('one\n'))
  buffer.mark({ kind: 'rotated', at })
  buffer.take(lines('two\n'))
  buffer.mark({ kind: 'gap', at })
  equal(all(buffer), ['one', 'rotated', 'two', 'gap'])
  equal(buffer.lines, 2)
  equal(buffer.kept, 2)
  equal(buffer.size(1), 0)
}

export function testLinesAcrossBlocks() {
  const buffer = new Buffer()
  const long = 'x'.repeat(600_000)
  buffer.take(lines(`${long.slice(0, 300_000)}`, OPEN))
  buffer.take(lines(`${long.slice(300_000)}\nshort\n`, CONT))
  equal(buffer.size(0), 600_000)
  ok(text(buffer, 0) === long, 'the long line is whole')
  equal(text(buffer, 1), 'short')
  equal(new TextDecoder().decode(buffer.bytes(0, 262_140, 262_150)), 'x'.repeat(10))
}

export function testLetsGoOfTheOldestLines() {
  const buffer = new Buffer({ lines: 1000 })
  buffer.mark({ kind: 'rotated', at })
  for (let i = 1; i < 5000; i++) {
    buffer.take(lines(`line ${i}\n`))
    ok(buffer.next - buffer.first <= 1000, 'bounded')
  }
  equal(buffer.next, 5000)
  ok(buffer.first >= 4000 && buffer.first < 4100, `first is ${buffer.first}`)
  equal(buffer.marker(0), undefined)
  for (let row = buffer.first; row < buffer.next; row++) equal(text(buffer, row), `line ${row}`)
}

export function testOneFrameOfNothingButNewlines() {
  const buffer = new Buffer({ lines: 1000 })
  buffer.take(lines('\n'.repeat(128 * 1024)))
  equal(buffer.next, 128 * 1024)
  ok(buffer.next - buffer.first <= 1000, 'bounded')
}

export function testBoundedInBytes() {
  const buffer = new Buffer({ bytes: 1024 * 1024 })
  const line = `${'y'.repeat(9_999)}\n`
  for (let i = 0; i < 1000; i++) buffer.take(lines(line))
  const kept = buffer.next - buffer.first
  ok(kept > 80 && kept <= 106, `${kept} lines of 10 KB are kept`)
  equal(text(buffer, buffer.first).length, 9_999)
  ok(buffer.memory <= 2 * 1024 * 1024, `${buffer.memory} bytes are held`)
}

export function testAnEndlessLineGoesOnInRows() {
  const buffer = new Buffer({ line: 100_000 })
  for (let i = 0; i < 20; i++) buffer.take(lines('z'.repeat(60_000), i === 0 ? OPEN : CONT | OPEN))
  equal(buffer.next, 10)
  ok(!buffer.continues(0) && buffer.continues(1), 'said in each row but the first')
  equal(buffer.size(0), 120_000)
}

export function testWhatIsReadIsNotLetGo() {
  const buffer = new Buffer({ lines: 100 })
  for (let i = 0; i < 100; i++) buffer.take(lines(`${i}\n`))
  buffer.keep = 40
  let taken = 0
  while (buffer.take(lines(`${100 + taken}\n`))) taken++
  equal(taken, 40)
  equal(buffer.first <= 40, true)
  equal(text(buffer, 40), '40')
  equal(buffer.take(lines('a\nb\n')), false)
  equal(buffer.mark({ kind: 'gap', at }), false)
  equal(buffer.next, 140)
  buffer.keep = Infinity
  equal(buffer.take(lines('a\nb\n')), true)
  equal(text(buffer, 141), 'b')
}

export function testWhatIsReadIsNotLetGoInBytes() {
  const buffer = new Buffer({ bytes: 100_000 })
  buffer.take(lines('first\n'))
  buffer.keep = 0
  let taken = 0
  while (buffer.take(lines(`${'q'.repeat(999)}\n`))) taken++
  equal(taken, 99)
  equal(text(buffer, 0), 'first')
}
