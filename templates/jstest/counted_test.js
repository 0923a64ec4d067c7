import { Buffer } from '../static/js/window/buffer.js'
import { place, token } from '../static/js/tail/frame.js'
import { Extent } from '../static/js/window/extent.js'
import { Reader } from '../static/js/window/reader.js'
import { equal, lines, ok } from './check.js'

const SIZE = 10
const FRAME = 7
const ANSWER = 60
const PAGE = 30

/** The same numbers for the same seed. @param {number} seed */
function dice(seed) {
  return (/** @type {number} */ n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 8) % n
  }
}

/** A log of lines of one size, of which every other passes, a worker that serves it, and a reader with room for few. */
function world() {
  const asked = []
  const at = (position) => (place(position ?? '')?.offset ?? 0) / SIZE
  const tail = {
    position: '', at: 0, quiet: false,
    questions: {
      ask(question, asker) {
        const one = { ...question, asker, over: false, here: at(question.from), looked: 0 }
        asked.push(one)
        return () => (one.over = true)
      },
    },
    set(wish, position) {
      tail.quiet = wish.quiet ?? false
      tail.position = position
      tail.at = position ? at(position) : Math.max(0, world.n - PAGE)
      if (!position) world.oldest = tail.at
    },
  }
  const buffer = new Buffer({ lines: 100 })
  const view = { more: { above: true, below: false }, above: Infinity, below: Infinity, atEnd: true, anchor: { row: 0, px: 0 }, changed() {}, restart() {}, toRow() {}, toEnd() {} }
  const reader = new Reader({ tail, buffer, view, extent: new Extent() })
  /** Lines from one up to another, as a frame of those that pass. */
  const frame = (from, to, back, counts) => {
    const first = from + (from % 2)
    const passed = Math.max(0, Math.ceil((to - first) / 2))
    const here = counts ? 0 : passed
    const offset = (back ? from : to) * SIZE
    return lines('line six.\n'.repeat(here), 0, { start: here ? first * SIZE : offset, offset, position: token('f', offset), behind: world.n * SIZE - offset, looked: to - from, passed, gaps: new Uint8Array(here).fill(2 * SIZE).fill(0, 0, 1) })
  }
  const world = {
    n: 400, oldest: 0, asked, reader, buffer, view,
    write(more) {
      world.n += more
      while (tail.at < world.n) {
        const to = Math.min(world.n, tail.at + FRAME)
        const one = frame(tail.at, to, false, tail.quiet)
        tail.position = one.position
        tail.at = to
        reader.take(one)
      }
    },
    /** The newest question is answered, or a part of it. */
    answer(frames) {
      const q = asked.at(-1)
      if (!q || q.over) return
      const limit = q.until ? at(q.until) : q.back ? 0 : world.n
      for (; frames > 0 && !q.over && q.here !== limit && q.looked < ANSWER; frames--) {
        const from = q.here
        q.here = q.back ? Math.max(limit, from - FRAME) : Math.min(limit, from + FRAME)
        q.looked += Math.abs(q.here - from)
        q.asker.frame(q.back ? frame(q.here, from, true) : frame(from, q.here, false), false)
        if (q.back && !q.over) world.oldest = Math.min(world.oldest, q.here)
      }
      if (q.over || frames === 0) return
      q.over = true
      const why = q.here === limit ? (q.until ? 'until' : q.back ? 'start' : 'edge') : 'lines'
      const offset = q.here * SIZE
      q.asker.frame({ ...lines('', 0, { start: offset, offset, position: token('f', offset), behind: world.n * SIZE - offset }), marker: { kind: 'end', at: 0, end: why } }, true)
    },
    scroll(up) {
      const { first, next } = buffer
      view.atEnd = !up && reader.live
      buffer.keep = view.atEnd ? { from: Infinity, to: Infinity } : up ? { from: first, to: first + 10 } : { from: next - 10, to: next }
      Object.assign(view, { above: up ? 0 : Infinity, below: up ? Infinity : 0 })
      reader.fill()
    },
  }
  reader.filter = { include: [{ text: 'six' }] }
  world.write(0)
  return world
}

export function testEachLineCountsOnceWhateverIsFetchedAgain() {
  let left = 0
  let joined = 0
  for (let seed = 1; seed <= 60; seed++) {
    const roll = dice(seed)
    const it = world()
    let live = true
    for (let step = 0; step < 120; step++) {
      const what = roll(8)
      if (what < 3) it.scroll(true)
      else if (what < 6) it.scroll(false)
      else if (what === 6 && roll(4) === 0) {
        const atEnd = it.reader.live && it.view.atEnd
        it.reader.rest()
        it.write(roll(20))
        it.reader.wake(atEnd)
      } else it.write(roll(20))
      it.answer(1 + roll(20))
      it.write(roll(3) === 0 ? roll(9) : 0)
      if (live && !it.reader.live) left++
      if (!live && it.reader.live) joined++
      live = it.reader.live
      if (!live) continue
      const { looked, passed } = it.reader.counted
      equal([seed, step, looked, Math.abs(2 * passed - looked) <= 1], [seed, step, it.n - it.oldest, true], 'lines looked at')
    }
  }
  ok(left > 100 && joined > 100, `the newest rows went ${left} times, and came back ${joined} times`)
}

export function testWhileOneReadsAboveWhatIsWrittenCounts() {
  const it = world()
  for (let i = 0; it.reader.live && i < 50; i++) {
    it.scroll(true)
    it.answer(100)
  }
  ok(!it.reader.live, 'the newest rows went')
  it.write(10)
  equal(it.reader.counted.looked, it.n - it.oldest)
  for (let i = 0; !it.reader.live && i < 50; i++) {
    it.scroll(false)
    it.answer(3)
    equal(it.reader.counted.looked, it.n - it.oldest, 'on the way down')
  }
  equal([it.reader.live, it.reader.counted.looked], [true, it.n - it.oldest])
}

export function testAPlaceThatIsGoneIsNoGapAmongTheRows() {
  const it = world()
  for (let i = 0; it.reader.live && i < 50; i++) {
    it.scroll(true)
    it.answer(100)
  }
  it.scroll(false)
  const { next } = it.buffer
  const q = it.asked.at(-1)
  ok(q.until, 'lines were counted that are fetched again')
  q.asker.frame({ ...lines('', 0, {}), marker: { kind: 'progress', at: 0 } }, false)
  q.asker.frame({ ...lines('', 0, {}), marker: { kind: 'gap', at: 0, bytes: 10 } }, false)
  equal([it.buffer.next, it.buffer.markers.size, q.over], [next, 0, true])
  it.scroll(false)
  equal([it.asked.at(-1).from, it.asked.at(-1).until], [q.from, undefined], 'it is asked for without that place')
  for (let i = 0; !it.reader.live && i < 50; i++) {
    it.answer(100)
    it.scroll(false)
  }
  ok(it.reader.live, 'and goes on')
}
