import { Buffer } from '../static/js/window/buffer.js'
import { Extent } from '../static/js/window/extent.js'
import { LAST } from '../static/js/tail/frame.js'
import { equal, lines, ok } from './check.js'

/** A file of this inode, by the token that it has at some time. @param {number} inode @param {string} [time] */
const file = (inode, time = 'now') => String.fromCharCode(1, 0, 0, 0, inode, 9, 9, 9, 9) + time

/** A frame that goes from one offset of a file to another, so far from the live edge. @param {number} inode @param {number} start @param {number} offset @param {number} behind @param {object} [rest] */
const frame = (inode, start, offset, behind, rest = {}) => ({ ...lines('', 0, rest), file: file(inode, `at ${offset}`), start, offset, behind })
/** @param {number} inode @param {number} offset @param {number} behind @param {string} kind @param {object} [rest] */
const marker = (inode, offset, behind, kind, rest = {}) => frame(inode, offset, offset, behind, { marker: { kind, at: 0 }, ...rest })

/** Where frames begin and end in the whole history. @param {Extent} extent @param {object[]} frames */
const places = (extent, ...frames) => frames.map((one) => {
  const shift = extent.shift(one)
  return [shift + one.start, shift + one.offset]
})

export function testARenewedTokenIsTheSameFile() {
  const extent = new Extent()
  const [first] = places(extent, frame(1, 100, 200, 50))
  // Meanwhile 1 GB was written: the way to the live edge jumps, and the place does not.
  equal(places(extent, frame(1, 200, 300, 1e9)), [[first[1], first[1] + 100]])
  equal(extent.edge, first[1] + 100 + 1e9)
}

export function testARotationGoesOnWhereTheOldFileEnds() {
  const extent = new Extent()
  const [[, end]] = places(extent, frame(1, 0, 1000, 0))
  // A million bytes came to the new file before its first frame was read.
  equal(places(extent, frame(2, 0, 400, 999_600)), [[end, end + 400]])
  equal(extent.edge, end + 1_000_000)
}

export function testAFilteredFrameOfANewFileIsBehindTheOldOne() {
  const extent = new Extent()
  const [[, end]] = places(extent, frame(1, 0, 1000, 0))
  equal(places(extent, marker(2, 0, 5000, 'rotated'), frame(2, 3000, 4000, 1000)), [[end, end], [end + 3000, end + 4000]])
}

export function testACopyIsReadOnWhereTheOriginalWas() {
  const extent = new Extent()
  const [[, end]] = places(extent, frame(1, 0, 1000, 0))
  const [copy, cut, anew] = places(extent, frame(2, 1000, 1200, 70), marker(1, 0, 70, 'truncated'), frame(1, 0, 70, 0))
  equal([copy, cut, anew], [[end, end + 200], [end + 200, end + 200], [end + 200, end + 270]])
}

export function testAFileThatIsCutBeginsAnew() {
  const extent = new Extent()
  const buffer = new Buffer()
  const add = (text, start, more = {}) => {
    const one = { ...lines(text), file: file(1), start, offset: start + text.length, behind: 0, ...more }
    buffer.append(one, extent.shift(one))
  }
  add('one\ntwo\n', 0)
  const cut = marker(1, 0, 0, 'truncated')
  buffer.append(cut, extent.shift(cut))
  add('new\nand newer\n', 0)
  const rows = Array.from({ length: buffer.next - buffer.first }, (_, i) => buffer.at(buffer.first + i)?.place)
  equal(rows.map((place) => place - rows[0]), [0, 4, 8, 8, 12])
  equal(extent.edge, rows[0] + 22)
  equal(buffer.rowAt(rows[0] + 4), buffer.first + 1)
  // A line is looked for in what the file has now: what it had before is nowhere any more.
  equal([buffer.find(file(1, 'later'), 0), buffer.find(file(1), 4), buffer.find(file(1), 14)], [buffer.first + 3, buffer.first + 4, null])
}

export function testOnlyAnEndThatIsCutMovesNothing() {
  const extent = new Extent()
  const [[begin, end]] = places(extent, frame(1, 0, 1000, 0))
  equal(places(extent, marker(1, 900, 0, 'truncated'), frame(1, 900, 950, 0)), [[begin + 900, begin + 900], [begin + 900, begin + 950]])
  equal(extent.edge, end)
}

export function testAnInodeThatIsUsedAgainIsAnotherFile() {
  const extent = new Extent()
  const [[, end]] = places(extent, frame(1, 5000, 6000, 0))
  equal(places(extent, marker(1, 0, 300, 'rotated'), frame(1, 0, 300, 0)), [[end, end], [end, end + 300]])
}

export function testAJumpToTheLiveEdgeOverWholeFiles() {
  const extent = new Extent()
  const [[, here]] = places(extent, frame(1, 0, 1000, 3e9))
  extent.restart()
  // The newest file is small: all of it came, and yet it does not begin where reading was left.
  equal(places(extent, frame(9, 0, 500, 0)), [[here + 3e9 - 500, here + 3e9]])
  // What is between is read back from there, and forward from where reading was.
  const back = places(extent, marker(8, 2e9, 500, 'file', { reply: 3 }), frame(8, 2e9 - 100, 2e9 - 100, 600, { reply: 3 }))
  equal(back, [[here + 3e9 - 500, here + 3e9 - 500], [here + 3e9 - 600, here + 3e9 - 600]])
  equal(places(extent, frame(1, 1000, 1100, 3e9 - 100, { reply: 4 })), [[here, here + 100]])
  equal(extent.edge, here + 3e9)
}

export function testAGuessOfThePastDoesNotMoveTheLiveEdge() {
  const extent = new Extent()
  extent.shift(frame(1, 0, 1000, 0))
  const { edge } = extent
  const before = places(extent, frame(2, 900, 1000, 5000, { reply: 1 }))
  // Meanwhile a file between them was unpacked, and is a thousand times as large as was thought.
  const after = places(extent, frame(2, 800, 900, 5_000_100, { reply: 1 }))
  equal([after[0][1], extent.edge], [before[0][0], edge])
  // What is older goes on from there, whatever is said of its way now.
  equal(places(extent, frame(2, 0, 0, 5_001_000, { reply: 1 }), marker(3, 700, 5_001_000, 'file', { reply: 1 })).at(-1), [before[0][0] - 900, before[0][0] - 900])
}

export function testAnAnswerIsFurtherThanTheTail() {
  const extent = new Extent()
  const [[, end]] = places(extent, frame(1, 0, 1000, 0))
  // The log was rotated and has grown since, and the answer is the first to hear of it.
  const [old, border, anew] = places(extent, frame(1, 500, 1000, 1e6, { reply: 1 }), marker(2, 0, 1e6, 'file', { reply: 1 }), frame(2, 0, 400, 1e6 - 400, { reply: 1, flags: LAST }))
  equal([old[1], border[0], anew], [end, end, [end, end + 400]])
  equal(places(extent, frame(2, 0, 400, 1e6 - 400)), [anew])
  ok(extent.edge === end + 1e6, 'the tail says how far it goes')
}

export function testUnpackingIsNoPlace() {
  const extent = new Extent()
  extent.shift(frame(1, 0, 1000, 0))
  const [first] = places(extent, frame(2, 0, 0, 1000, { reply: 1 }), marker(1, 1000, 0, 'progress', { reply: 1 }))
  equal(places(extent, marker(3, 700, 1000, 'file', { reply: 1 })), [[first[0], first[0]]])
}
