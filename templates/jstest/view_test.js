import { CONT, OPEN } from '../static/js/tail/frame.js'
import { equal, lines, ok, painted, until } from './check.js'
import { ROW, screen, seen, SHOWN } from './screen.js'

export async function testStaysAtTheEnd() {
  const { scroller, add, view } = await screen()
  await add(5)
  equal(seen(scroller).map((row) => row.text), ['line 0', 'line 1', 'line 2', 'line 3', 'line 4'])
  for (let i = 0; i < 5; i++) {
    await add(100)
    equal(seen(scroller).at(-1)?.text, `line ${104 + 100 * i}`)
    ok(view.atEnd, 'at the end')
  }
  const rows = seen(scroller)
  equal(rows.length >= SHOWN, true)
  rows.forEach((row, i) => equal(row.top - rows[0].top, i * ROW, 'rows have one height'))
}

export async function testReadersAreNotMoved() {
  const { scroller, add, scroll, view } = await screen()
  await add(500)
  await scroll(100 * ROW + 7)
  ok(!view.atEnd, 'left the end')
  const before = seen(scroller)
  equal(before[0], { text: 'line 100', top: -7 })
  await add(1000)
  equal(seen(scroller), before)
  view.toEnd()
  await painted()
  equal(seen(scroller).at(-1)?.text, 'line 1499')
  await add(10)
  equal(seen(scroller).at(-1)?.text, 'line 1509')
}

export async function testASmallStepLeavesTheEnd() {
  const { scroller, add, scroll, view } = await screen()
  await add(100)
  await scroll(scroller.scrollTop - 3)
  ok(!view.atEnd, 'left the end')
  const before = seen(scroller)
  await add(10)
  equal(seen(scroller), before)
}

export async function testAHigherScreenDoesNotLeaveTheEnd() {
  const { scroller, buffer, view, add } = await screen()
  await add(100)
  for (const rows of [SHOWN + 2, SHOWN + 5]) {
    const before = scroller.scrollTop
    scroller.style.height = `${ROW * rows}px`
    ok(scroller.scrollTop < before, 'the browser moves it up')
    await add(50) // before it is drawn
    ok(view.atEnd, 'at the end')
    equal(seen(scroller).at(-1)?.text, `line ${buffer.lines - 1}`)
  }
  // The same while rows of another place come.
  const before = scroller.scrollTop
  scroller.style.height = `${ROW * (SHOWN + 7)}px`
  ok(scroller.scrollTop < before, 'the browser moves it up')
  buffer.clear()
  view.restart(true)
  await add(100)
  ok(view.atEnd, 'at the end')
  equal(seen(scroller).at(-1)?.text, `line ${buffer.lines - 1}`)
}

export async function testAJumpToTheEndArrivesThereThoughSomebodyHasScrolledMeanwhile() {
  const { scroller, buffer, view, add, scroll } = await screen()
  await add(100)
  view.toEnd()
  await scroll(10 * ROW)
  ok(!view.atEnd, 'away')
  buffer.clear()
  view.restart(true)
  await add(100)
  equal(seen(scroller).at(-1)?.text, 'line 199')
}

export async function testTheReadersRowIsTheAnchorAlsoWhenTheScreenHasJustBecomeSmaller() {
  const { scroller, view, add } = await screen()
  await add(100)
  view.at = 99
  view.reveal(99)
  await painted()
  const measured = new Promise((done) => new ResizeObserver(() => scroller.clientHeight < ROW * SHOWN && done([view.last, view.anchor.row])).observe(scroller))
  scroller.style.height = `${ROW * (SHOWN - 2)}px`
  equal(await measured, [98, 99], 'before it is drawn')
  await painted()
  equal(seen(scroller).at(-1)?.text, 'line 99')
}

export async function testOlderRowsDoNotTakeTheRoomOfTheNewest() {
  const { buffer, add } = await screen({ lines: 1000 })
  await add(990)
  for (let i = 0; i < 8; i++) buffer.append(lines(`not drawn yet ${i}\n`))
  equal([buffer.prepend(lines('older\n'.repeat(10))), buffer.next], [false, 998])
}

export async function testReachingTheEndThatIsSeenIsEnough() {
  const { scroller, view, add, scroll } = await screen()
  await add(100)
  await scroll(10 * ROW)
  ok(!view.atEnd, 'away')
  scroller.scrollTop = 1e9
  await add(50)
  ok(view.atEnd, 'back, though lines came meanwhile')
  equal(seen(scroller).at(-1)?.text, 'line 149')
}

export async function testComingBackToTheEndFollowsAgain() {
  const { scroller, add, scroll, view } = await screen()
  await add(100)
  await scroll(10 * ROW)
  await add(10)
  ok(!view.atEnd, 'still away')
  await scroll(1e9)
  ok(view.atEnd, 'back')
  await add(10)
  equal(seen(scroller).at(-1)?.text, 'line 119')
}

export async function testTrimmingMovesNothing() {
  const { scroller, buffer, add, scroll } = await screen({ lines: 1000 })
  await add(1000)
  await scroll(500 * ROW + 3)
  const before = seen(scroller)
  const first = before[0].text
  const kept = document.querySelectorAll('.row')[25]
  await add(300)
  ok(buffer.first > 0, 'old rows went')
  equal(seen(scroller), before)
  equal(seen(scroller)[0].text, first)
  ok(kept.isConnected, 'elements stay, so that a selection does')
}

export async function testAFullPageHoldsStill() {
  const { scroller, buffer, add, scroll, view } = await screen({ lines: 1000 })
  await add(1000)
  await scroll(300 * ROW)
  const before = seen(scroller)
  await add(5000)
  equal(seen(scroller), before)
  equal(buffer.append(lines('one more\n')), false)
  view.toEnd()
  await painted()
  equal(buffer.append(lines('one more\n')), true)
}

export async function testWhatComesBeforeMovesNothing() {
  const { scroller, buffer, view, add, scroll, before } = await screen()
  view.more.above = true
  await add(300)
  await scroll(scroller.scrollTop - 100 * ROW - 5)
  const seenBefore = seen(scroller)
  const kept = scroller.querySelectorAll('.row')[25]
  for (let i = 1; i <= 10; i++) await before(-i)
  equal(buffer.first, -10)
  equal(seen(scroller), seenBefore)
  ok(kept.isConnected, 'elements stay, so that a selection does')
  await add(100)
  equal(seen(scroller), seenBefore)
  view.toRow(buffer.first)
  await painted()
  equal(seen(scroller).slice(0, 2), [{ text: 'line -10', top: 0 }, { text: 'line -9', top: ROW }])
  view.more.above = false
  view.changed()
  await painted()
  equal(scroller.scrollTop, 0, 'the beginning is the top')
  equal(seen(scroller)[0], { text: 'line -10', top: 0 })
}

export async function testTheEndOfWhatIsKeptIsNotTheEnd() {
  const { scroller, view, add, scroll } = await screen()
  await add(100)
  view.more.below = true
  await scroll(10 * ROW)
  await scroll(1e9)
  ok(!view.atEnd, 'the log goes on')
  const place = seen(scroller).find(({ text }) => text === 'line 95')
  await add(50)
  equal(seen(scroller).find(({ text }) => text === 'line 95'), place)
  view.more.below = false
  view.changed()
  await scroll(1e9)
  ok(view.atEnd, 'now it is')
  equal(seen(scroller).at(-1)?.text, 'line 149')
}

export async function testRowsOfAnyHeight() {
  const { scroller, buffer, view } = await screen()
  scroller.classList.add('wrap')
  view.redraw()
  const long = 'wrapped words '.repeat(40)
  for (let i = 0; i < 300; i++) buffer.append(lines(i % 3 ? `${i} short\n` : `${i} ${long}\n`))
  view.changed()
  await painted()
  equal(seen(scroller).at(-1)?.text, '299 short')
  for (let i = 0; i < 60; i++) {
    const before = seen(scroller)
    scroller.scrollTop -= 120
    await painted()
    const after = seen(scroller)
    for (const { text, top } of before) {
      const now = after.find((row) => row.text === text)
      if (now) ok(Math.abs(now.top - top - 120) <= 1, `step ${i}: ${text.slice(0, 9)} went from ${top} to ${now.top}`)
    }
  }
  view.toRow(150, 40)
  await painted()
  await painted()
  equal(seen(scroller).find(({ text }) => text.startsWith('150 '))?.top, 40)
}

export async function testATallRowGrowsInPlace() {
  const { scroller, view, add } = await screen()
  await add(100)
  view.toRow(40)
  await painted()
  await painted()
  const row = /** @type {HTMLElement} */ (view.element(45))
  row.style.height = `${ROW * 4}px`
  await until(() => seen(scroller).find(({ text }) => text === 'line 46')?.top === 9 * ROW, 'the rows below made room')
  equal(seen(scroller)[0], { text: 'line 40', top: 0 })
  scroller.scrollTop += 30 * ROW
  await painted()
  equal(seen(scroller)[0], { text: 'line 67', top: 0 })
}

export async function testSelectingHoldsTheView() {
  const { scroller, add, view } = await screen()
  await add(100)
  const before = seen(scroller)
  const row = [...scroller.querySelectorAll('.row')].at(-3)
  getSelection()?.selectAllChildren(/** @type {Element} */ (row))
  await until(() => view.held, 'the selection is noticed')
  await add(200)
  equal(seen(scroller), before)
  equal(getSelection()?.toString(), 'line 97')
  getSelection()?.removeAllRanges()
  await until(() => !view.held, 'the end of the selection is noticed')
  await painted()
  equal(seen(scroller).at(-1)?.text, 'line 299')
}

export async function testASelectionOutlivesScrolling() {
  const { scroller, add, scroll, view } = await screen()
  await add(400)
  const row = [...scroller.querySelectorAll('.row')].at(-3)
  getSelection()?.selectAllChildren(/** @type {Element} */ (row))
  await until(() => view.held, 'the selection is noticed')
  for (let i = 0; i < 8; i++) await scroll(scroller.scrollTop - 15 * ROW)
  equal(getSelection()?.toString(), 'line 397')
  equal(seen(scroller)[0].text, 'line 260')
  getSelection()?.removeAllRanges()
  await until(() => scroller.querySelectorAll('.row').length < 80, 'what is not seen goes')
}

export async function testPressingHoldsTheView() {
  const { scroller, add, view } = await screen()
  await add(100)
  const before = seen(scroller)
  scroller.querySelector('.row')?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }))
  await add(200)
  ok(view.held, 'held')
  equal(seen(scroller), before)
  dispatchEvent(new PointerEvent('pointerup'))
  await painted()
  equal(seen(scroller).at(-1)?.text, 'line 299')
}

export async function testALineThatGrows() {
  const { scroller, buffer, view } = await screen()
  buffer.append(lines('begin', OPEN))
  view.changed()
  await painted()
  equal(seen(scroller).map((row) => row.text), ['begin'])
  buffer.append(lines(' end\nnext\n', CONT))
  view.changed()
  await painted()
  equal(seen(scroller).map((row) => row.text), ['begin end', 'next'])
}

export async function testOnlyWhatIsSeenIsThere() {
  const { scroller, buffer, add, scroll, view } = await screen()
  buffer.append(lines('x\n'.repeat(150_000)))
  await add(1)
  ok(scroller.querySelectorAll('.row').length < 80, 'few elements')
  await scroll(70_000 * ROW)
  ok(scroller.querySelectorAll('.row').length < 80, 'few elements anywhere')
  equal(seen(scroller).length >= SHOWN, true)
  view.toEnd()
  await painted()
  equal(seen(scroller).at(-1)?.text, 'line 0')
}

export async function testAResizedScreenStaysAtTheEnd() {
  const { scroller, add } = await screen()
  await add(100)
  scroller.style.height = `${ROW * 5}px`
  await until(() => seen(scroller).at(-1)?.text === 'line 99' && scroller.clientHeight < ROW * 6, 'the end is seen again')
}

export async function testRowsAreDrawnOnceWhereSomethingElseTakesRoomBeforeThem() {
  let rows = SHOWN
  const { scroller, view, add, drawings } = await screen(undefined, (scroller) => (scroller.style.height = `${ROW * rows}px`))
  await add(5)
  drawings.length = 0
  rows -= 2
  view.changed()
  await painted()
  await painted()
  equal([scroller.clientHeight, drawings.length], [ROW * rows, 1])
}

export async function testNoTextMakesARowHigher() {
  const { scroller, buffer, view } = await screen()
  buffer.append(lines('plain\nzalgo z̴̧̡̛̛͎̲͚̰̞̥̉̅̍͒\n日本語 العربية 🦊\nform\ffeed\u2028line\nlast\n'))
  buffer.mark({ kind: 'rotated', at: 0, name: '\u202e<b>\n', to: 'x' })
  view.changed()
  await painted()
  const rows = seen(scroller)
  equal(rows.length, 6)
  rows.forEach((row, i) => equal(row.top, i * ROW))
  equal(rows[5].text.includes('\\u202e<b>^J'), true)
}

export async function testALongLineIsCut() {
  const { scroller, buffer, view } = await screen()
  buffer.append(lines(`${'ä'.repeat(50_000)}\n`))
  view.changed()
  await painted()
  const row = scroller.querySelector('.row')
  equal(row?.textContent, `${'ä'.repeat(2048)}… 98 KB, show all`)
  equal(row?.querySelector('button')?.dataset.row, '0')
}
