import { equal, lines, ok, painted, until } from './check.js'
import { ROW, screen, seen, SHOWN } from './screen.js'

export async function testItsOwnScrollingDoesNotHurry() {
  const { buffer, view, drawings } = await screen()
  const [begun, before] = [performance.now(), drawings.length]
  for (let i = 0; i < 60; i++) {
    buffer.append(lines('x\n'.repeat(16)))
    view.pace.came(16)
    await painted()
  }
  ok(drawings.length - before <= (performance.now() - begun) / 80 + 2, `${drawings.length - before} drawings`)
}

export async function testAFloodIsDrawnWithoutWhatIsAroundTheScreen() {
  const { buffer, view, drawings } = await screen()
  const before = drawings.length
  buffer.append(lines('x\n'.repeat(500)))
  view.pace.came(500)
  await until(() => drawings.at(-1) > SHOWN + 15)
  const [flood] = drawings.slice(before)
  ok(flood >= SHOWN && flood < SHOWN + 10, `${flood} rows in a flood`)
  ok(view.atEnd && drawings.at(-1) < SHOWN + 30, 'and those above the screen when it is calm')
}

export async function testWhereAllIsNewItIsDrawnFirstAndThenWhatIsAround() {
  const { scroller, view, add, drawings } = await screen()
  await add(500)
  const before = drawings.length
  view.toRow(100)
  await until(() => drawings.at(-1) > SHOWN + 30)
  const [there] = drawings.slice(before)
  ok(there >= SHOWN && there < SHOWN + 15, `${there} rows at first`)
  equal(seen(scroller)[0], { text: 'line 100', top: 0 })
  const after = drawings.length
  view.toRow(101)
  await until(() => drawings.length > after)
  ok(drawings.at(-1) > SHOWN + 30, 'a line further what is around stays')
}

export async function testRowsComeAtTheEndWithoutScrolling() {
  const { scroller, view, add, scroll } = await screen()
  view.more.above = true
  await add(100)
  let [n, places] = [100, new Set()]
  for (let i = 0; i < 20; i++) {
    places.add(scroller.scrollTop)
    await add(10)
    n += 10
    equal(seen(scroller).at(-1), { text: `line ${n - 1}`, top: (SHOWN - 1) * ROW })
  }
  equal(places.size, 1, 'places')
  for (let i = 0; i < 20; i++) {
    await add(100)
    n += 100
    equal(seen(scroller).at(-1), { text: `line ${n - 1}`, top: (SHOWN - 1) * ROW })
  }
  await scroll(scroller.scrollTop - 50 * ROW - 3)
  ok(!view.atEnd, 'left the end')
  const before = seen(scroller)
  equal(before[0], { text: `line ${n - SHOWN - 51}`, top: 3 - ROW })
  await add(100)
  equal(seen(scroller), before)
}
