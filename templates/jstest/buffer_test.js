import { Buffer } from '../static/js/window/buffer.js'
import { CONT, NO_EOL, OPEN, token } from '../static/js/tail/frame.js'
import { all, equal, lines, ok, text } from './check.js'

const at = Date.now()

export function testLines() {
  const buffer = new Buffer()
  buffer.append(lines('one\ntwo\r\n\n\r\nfive\rstill five\n'))
  equal(all(buffer), ['one', 'two', '', '', 'five\rstill five'])
  equal(buffer.lines, 5)
  buffer.append(lines('six\n'))
  equal(text(buffer, 5), 'six')
}

export function testPartsAreOneLine() {
  const buffer = new Buffer()
  buffer.append(lines('before\nbegin', OPEN))
  equal(all(buffer), ['before', 'begin'])
  buffer.append(lines(' middle', CONT | OPEN))
  buffer.append(lines(' end\nafter\n', CONT))
  equal(all(buffer), ['before', 'begin middle end', 'after'])
  buffer.append(lines('carriage\r', OPEN))
  buffer.append(lines('\n', CONT))
  equal(text(buffer, 3), 'carriage')
  equal(buffer.lines, 4)
}

export function testPartsOfDifferentLinesStayApart() {
  const buffer = new Buffer()
  buffer.append(lines('never finished', OPEN))
  buffer.append(lines('another\n'))
  equal(all(buffer), ['never finished', 'another'])
  ok(!buffer.continues(1), 'a line of its own')
  buffer.append(lines('tail of something\n', CONT))
  equal(text(buffer, 2), 'tail of something')
  ok(buffer.continues(2), 'its beginning is not here')
}

export function testALineWithoutNewlineEnds() {
  const buffer = new Buffer()
  buffer.append(lines('old file, last line', NO_EOL))
  buffer.append(lines('new file\n'))
  equal(all(buffer), ['old file, last line', 'new file'])
  buffer.append(lines('part', OPEN))
  buffer.append(lines(' and end', CONT | NO_EOL))
  buffer.append(lines('next\n', CONT))
  equal(all(buffer).slice(2), ['part and end', 'next'])
}

export function testAMarkerInsideALineEndsItsRow() {
  const buffer = new Buffer()
  buffer.append(lines('begin', OPEN))
  buffer.mark({ kind: 'truncated', at })
  buffer.append(lines('rest\n', CONT))
  equal(all(buffer), ['begin', 'truncated', 'rest'])
  ok(buffer.continues(2), 'its beginning is above the marker')
}

export function testALineGoesOnWhereItEndedOnly() {
  const buffer = new Buffer()
  buffer.append(lines('the old file', OPEN, { file: 'old', start: 100, offset: 112 }))
  buffer.append(lines('the new file', OPEN, { file: 'new', start: 0, offset: 12 }))
  buffer.append(lines(' ends late\n', CONT, { file: 'old', start: 112, offset: 123 }))
  buffer.append(lines(' too\n', CONT, { file: 'new', start: 12, offset: 17 }))
  equal(all(buffer), ['the old file', 'the new file', ' ends late', ' too'])
  equal([0, 1, 2, 3].map((row) => buffer.continues(row)), [false, false, true, true])
}

export function testMarkersAreRows() {
  const buffer = new Buffer()
  buffer.append(lines('one\n'))
  buffer.mark({ kind: 'rotated', at })
  buffer.append(lines('two\n'))
  buffer.mark({ kind: 'gap', at })
  equal(all(buffer), ['one', 'rotated', 'two', 'gap'])
  equal(buffer.lines, 2)
  equal(buffer.kept, 2)
  equal(buffer.size(1), 0)
}

export function testLinesAcrossBlocks() {
  const buffer = new Buffer()
  const long = 'x'.repeat(600_000)
  buffer.append(lines(`${long.slice(0, 300_000)}`, OPEN))
  buffer.append(lines(`${long.slice(300_000)}\nshort\n`, CONT))
  equal(buffer.size(0), 600_000)
  ok(text(buffer, 0) === long, 'the long line is whole')
  equal(text(buffer, 1), 'short')
  equal(new TextDecoder().decode(buffer.bytes(0, 262_140, 262_150)), 'x'.repeat(10))
}

export function testLetsGoOfTheOldestLines() {
  const buffer = new Buffer({ lines: 1000 })
  buffer.mark({ kind: 'rotated', at })
  for (let i = 1; i < 5000; i++) {
    buffer.append(lines(`line ${i}\n`))
    ok(buffer.next - buffer.first <= 1000, 'bounded')
  }
  equal(buffer.next, 5000)
  ok(buffer.first >= 4000 && buffer.first < 4100, `first is ${buffer.first}`)
  equal(buffer.marker(0), undefined)
  for (let row = buffer.first; row < buffer.next; row++) equal(text(buffer, row), `line ${row}`)
}

export function testOneFrameOfNothingButNewlines() {
  const buffer = new Buffer({ lines: 1000 })
  buffer.append(lines('\n'.repeat(128 * 1024)))
  equal(buffer.next, 128 * 1024)
  ok(buffer.next - buffer.first <= 1000, 'bounded')
}

export function testBoundedInBytes() {
  const buffer = new Buffer({ bytes: 1024 * 1024 })
  const line = `${'y'.repeat(9_999)}\n`
  for (let i = 0; i < 1000; i++) buffer.append(lines(line))
  const kept = buffer.next - buffer.first
  ok(kept > 80 && kept <= 106, `${kept} lines of 10 KB are kept`)
  equal(text(buffer, buffer.first).length, 9_999)
  ok(buffer.blocks.memory <= 2 * 1024 * 1024, `${buffer.blocks.memory} bytes are held`)
}

export function testAnEndlessLineGoesOnInRows() {
  const buffer = new Buffer({ line: 100_000 })
  for (let i = 0; i < 20; i++) buffer.append(lines('z'.repeat(60_000), i === 0 ? OPEN : CONT | OPEN))
  equal(buffer.next, 10)
  ok(!buffer.continues(0) && buffer.continues(1), 'said in each row but the first')
  equal(buffer.size(0), 120_000)
}

export function testWhatIsReadIsNotLetGo() {
  const buffer = new Buffer({ lines: 100 })
  for (let i = 0; i < 100; i++) buffer.append(lines(`${i}\n`))
  buffer.keep = { from: 40, to: 100 }
  let taken = 0
  while (buffer.append(lines(`${100 + taken}\n`))) taken++
  equal(taken, 40)
  equal(buffer.first <= 40, true)
  equal(text(buffer, 40), '40')
  equal(buffer.append(lines('a\nb\n')), false)
  equal(buffer.mark({ kind: 'gap', at }), false)
  equal(buffer.next, 140)
  buffer.keep = { from: Infinity, to: -Infinity }
  equal(buffer.append(lines('a\nb\n')), true)
  equal(text(buffer, 141), 'b')
}

export function testWhatIsReadIsNotLetGoInBytes() {
  const buffer = new Buffer({ bytes: 100_000 })
  buffer.append(lines('first\n'))
  buffer.keep = { from: 0, to: 1 }
  let taken = 0
  while (buffer.append(lines(`${'q'.repeat(999)}\n`))) taken++
  equal(taken, 99)
  equal(text(buffer, 0), 'first')
}

/** Frames of a file of numbered lines. @param {number} from @param {number} to */
function numbered(from, to) {
  let text = ''
  for (let i = from; i < to; i++) text += `${String(i).padStart(6, '0')}\n`
  return lines(text, 0, { start: from * 7, offset: to * 7, position: `behind ${to}` })
}

export function testGrowsAtBothEnds() {
  const buffer = new Buffer()
  buffer.append(numbered(50_000, 50_100))
  for (let at = 50_000; at > 0; at -= 1000) buffer.prepend({ ...numbered(at - 1000, at), position: `before ${at - 1000}` })
  buffer.append(numbered(50_100, 50_200))
  equal([buffer.first, buffer.next, buffer.lines], [-50_000, 200, 200])
  for (const row of [-50_000, -49_999, -37_450, -37_449, -1, 0, 199]) {
    equal(text(buffer, row), String(row + 50_000).padStart(6, '0'))
    equal(buffer.at(row)?.offset, (row + 50_000) * 7)
  }
  equal([buffer.head, buffer.tail], ['before 0', 'behind 50200'])
  equal(buffer.find('f', 7 * 1234), 1234 - 50_000)
  equal(buffer.rowAt(7 * 1234), 1234 - 50_000)
}

export function testLetsGoOfNewerLinesForOlderOnes() {
  const buffer = new Buffer({ lines: 1000 })
  buffer.append(numbered(5000, 5900))
  buffer.keep = { from: 0, to: 300 }
  for (let at = 5000; at > 4400; at -= 100) equal(buffer.prepend({ ...numbered(at - 100, at), position: `${at}` }), true)
  ok(buffer.next - buffer.first <= 1000, 'bounded')
  ok(buffer.next >= 300 && buffer.next < 900, `up to ${buffer.next} are kept`)
  equal(buffer.tail, token('f', 7 * (5000 + buffer.next)), 'it goes on where rows were let go')
  equal(text(buffer, buffer.next - 1), String(4999 + buffer.next).padStart(6, '0'))
  equal(text(buffer, buffer.first), '004400')
  buffer.keep = { from: -600, to: 290 }
  equal(buffer.prepend(numbered(4300, 4400)), true)
  equal(buffer.prepend(numbered(4200, 4300)), false)
  equal(text(buffer, 289), '005289')
}

export function testALineWhoseBeginningComesLater() {
  const buffer = new Buffer()
  buffer.append(lines(' end\nnext\n', CONT, { start: 100 }))
  ok(buffer.continues(0), 'its beginning is not here')
  buffer.prepend(lines(' middle', CONT | OPEN, { start: 93 }))
  ok(buffer.continues(0), 'still not')
  buffer.prepend(lines('before\nbegin', OPEN, { start: 81 }))
  equal(all(buffer), ['before', 'begin middle end', 'next'])
  equal(buffer.at(0)?.offset, 88)
  ok(!buffer.continues(0), 'it is whole')
}

export function testMarkersBeforeAndPlacesBetweenFiles() {
  const buffer = new Buffer()
  buffer.append(lines('new\n', 0, { file: 'b' }))
  buffer.prepend({ ...lines('', 0, { position: 'at the border' }), marker: { kind: 'file', at } })
  equal(buffer.head, 'at the border')
  buffer.prepend(lines('old 1\nold 2\n', 0, { file: 'a', start: 50 }))
  equal(all(buffer), ['old 1', 'old 2', 'file', 'new'])
  equal(buffer.at(-1), { file: 'b', offset: 0, place: 0, token: token('b', 0) })
  equal(buffer.at(-2)?.token, token('a', 56))
}

export function testTheEdgeIsBehindTheLastLine() {
  const buffer = new Buffer()
  buffer.append(lines('one\ntwo\n', 0, { start: 100 }))
  equal(buffer.edge, { file: 'f', offset: 108 })
  buffer.mark({ kind: 'mark', at })
  buffer.mark({ kind: 'mark', at })
  equal(buffer.edge, { file: 'f', offset: 108 })
}

export function testPlacesOfLinesThatAreNotNeighbours() {
  const buffer = new Buffer()
  buffer.append(lines('a\nb\nc\n', 0, { start: 10, gaps: Uint8Array.of(0, 200, 1, 3) }))
  equal([0, 1, 2].map((row) => buffer.at(row)?.offset), [10, 112, 112])
}

export function testMarksStandBeforeTheirLine() {
  for (const add of ['append', 'prepend']) {
    const buffer = new Buffer()
    buffer.marks = () => [{ offset: 2, marker: { kind: 'first', at } }, { offset: 3, marker: { kind: 'second', at } }, { offset: 4, marker: { kind: 'third', at } }]
    buffer[add](lines('a\nb\nc\nd\n'))
    equal(all(buffer), ['a', 'first', 'b', 'second', 'third', 'c', 'd'], add)
    equal(buffer.at(buffer.first + 1)?.offset, 2)
  }
}

export function testForgetsAll() {
  const buffer = new Buffer()
  buffer.append(numbered(0, 100))
  const before = buffer.next
  buffer.clear()
  equal([buffer.next - buffer.first, buffer.head, buffer.tail], [0, '', ''])
  buffer.append(numbered(7, 9))
  buffer.prepend(numbered(5, 7))
  equal(all(buffer), ['000005', '000006', '000007', '000008'])
  ok(buffer.first > before, 'no row has a number that another one had')
}

export function testAMarkBetweenLinesThatPassStands() {
  const mine = [{ file: 'f', offset: 104, kind: 'mark', at }]
  const marked = () => {
    const buffer = new Buffer()
    buffer.marks = (file, from, to) => mine.filter((mark) => mark.file === file && mark.offset >= from && mark.offset <= to).map(({ offset, kind }) => ({ offset, marker: { kind, at } }))
    return buffer
  }
  const [older, newer] = [lines('one\n', 0, { start: 100, offset: 150, position: 'p' }), lines('two\n', 0, { start: 170, offset: 180, position: 'q' })]
  const down = marked()
  down.append(older)
  down.append(newer)
  equal(all(down), ['one', 'mark', 'two'], 'also if the line right behind it does not pass')
  const up = marked()
  up.append(newer)
  up.prepend(older)
  equal(all(up), ['one', 'mark', 'two'], 'also for who scrolls up')
  up.prepend(lines('zero\n', 0, { start: 10, offset: 15, position: 'o' }))
  equal(all(up), ['zero', 'one', 'mark', 'two'], 'once')
}
