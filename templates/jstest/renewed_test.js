import { Buffer } from '../static/js/window/buffer.js'
import { Cursor } from '../static/js/read/cursor.js'
import { Extent } from '../static/js/window/extent.js'
import { Folds } from '../static/js/read/folds.js'
import { adjoins } from '../static/js/line/groups.js'
import { Opened } from '../static/js/read/opened.js'
import { makeRow } from '../static/js/line/row.js'
import { View } from '../static/js/view/view.js'
import { equal, lines, ok, painted } from './check.js'

/** One file, by the token that it has at some time, and another one. */
const file = (time) => String.fromCharCode(1, 0, 0, 0, 5, 9, 9, 9, 9) + time
const other = String.fromCharCode(1, 0, 0, 0, 6, 9, 9, 9, 9) + 'now'
const text = 'a=1 b=2\nERROR it went wrong\n' + Array.from({ length: 9 }, (_, i) => `\tat org.example.Frame${i}.run(Frame.java:${i})\n`).join('') + 'c=3 d=4\n'

/** What one does with lines, of rows that come as they are fetched. */
function screen() {
  document.body.replaceChildren()
  const scroller = document.body.appendChild(document.createElement('main'))
  scroller.className = 'log'
  scroller.style.height = '600px'
  const buffer = new Buffer()
  const make = (row) => {
    const element = makeRow(buffer, row)
    element.hidden = folds.hides(row)
    for (const part of [folds, opened, cursor]) part.made(row, element)
    return element
  }
  const view = new View(scroller, buffer, { make })
  const folds = new Folds({ buffer, view, filtered: () => true })
  const opened = new Opened({ buffer, view, acts: [] })
  const cursor = new Cursor({ buffer, view, scroller, passes: () => false })
  const fetch = async (name) => {
    buffer.clear()
    buffer.append(lines(text, 0, { file: name }))
    view.restart(true)
    view.redraw()
    await painted()
    await painted()
  }
  const state = () => ({ at: scroller.querySelector('.at')?.textContent ?? '', open: scroller.querySelectorAll('.below').length, seen: scroller.querySelectorAll('.row:not([hidden])').length })
  return { buffer, folds, opened, cursor, fetch, state }
}

export async function testWhatOneDidStaysWhenRowsComeAgain() {
  const { buffer, folds, opened, cursor, fetch, state } = screen()
  await fetch(file('before'))
  const folded = state().seen
  const group = folds.at(buffer.first + 2)
  ok(group && !group.open, 'the trace is folded')
  folds.toggle(group)
  opened.toggle(buffer.first, false)
  cursor.row = buffer.first + 1
  await painted()
  const before = state()
  equal([before.open, before.seen > folded, before.at.includes('it went wrong')], [1, true, true])
  await fetch(file('renewed'))
  equal(state(), before)
  await fetch(other)
  equal(state(), { at: '', open: 0, seen: folded })
}

export function testLinesOfARenewedFileAdjoin() {
  const buffer = new Buffer()
  buffer.append(lines('one\n', 0, { file: file('before') }))
  buffer.append(lines('two\n', 0, { file: file('renewed'), start: 4 }))
  buffer.append(lines('three\n', 0, { file: other, start: 8 }))
  equal([adjoins(buffer, buffer.first + 1), adjoins(buffer, buffer.first + 2)], [true, false])
}

export function testARenewedFileHasItsPlace() {
  const extent = new Extent()
  const frame = (name, offset, behind) => ({ ...lines(''), file: name, start: 100, offset, behind })
  const shift = extent.shift(frame(file('before'), 200, 50))
  equal(extent.shift(frame(file('renewed'), 250, 70)), shift)
}
