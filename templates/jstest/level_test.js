import { continues, levelOf } from '../static/js/line/level.js'
import { equal } from './check.js'

export async function testWhatTheWorkerSays() {
  const base = document.querySelector('meta[name="livetail-base"]')?.getAttribute('content') ?? ''
  const cases = await (await fetch(`${base}/levels`)).json()
  const wrong = cases.map((/** @type {any} */ c) => ({ ...c, got: levelOf(c.line) })).filter((/** @type {any} */ c) => c.got !== c.level)
  equal(wrong, [], `of ${cases.length} examples`)
  equal(cases.length > 50, true)
}

export function testStackTracesContinue() {
  for (const line of ['', '\tat a.b.C(D.java:1)', '  File "x.py", line 1', 'Caused by: java.io.IOException: x', '... 12 more', 'goroutine 1 [running]:',
    'main.main()', 'created by main.main', 'java.lang.IllegalStateException: closed', 'Traceback (most recent call last):', '}']) {
    equal(continues(line, 'error'), true, line)
  }
  for (const line of ['2026-11-26 10:00:00 INFO x', 'plain words', '  2026-11-26 10:00:00 x', '{"a":1}', 'Error: x', '  ERROR x', '10.0.0.1 - - x']) {
    equal(continues(line, 'error'), false, line)
  }
  equal(continues('java.lang.IllegalStateException: closed', 'info'), false)
}
