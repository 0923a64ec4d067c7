import { passed } from '../static/js/find/passed.js'
import { steady } from '../static/js/view/steady.js'
import { drawLine } from '../static/js/line/line.js'
import { equal, ok } from './check.js'

/** What is marked in a line. @param {string} text @param {string} line @param {object} [how] */
function marked(text, line, how = {}) {
  const element = document.createElement('div')
  drawLine(element, line, passed({ include: [{ text, regex: false, case: false, ...how }] }))
  return [...element.querySelectorAll('mark.passed')].map(({ textContent }) => textContent).join('|')
}

export function testCaseAndEscapes() {
  equal(marked('Time', 'time TIME times'), 'time|TIME|time')
  equal(marked('Time', 'time Time', { case: true }), 'Time')
  equal(marked('a.(b', 'aX(b a.(B'), 'a.(B')
  equal(marked('b\x07', 'a b\x07c'), 'b^G')
}

export function testColoursBetweenTheLetters() {
  equal(marked('warn', 'a wa\x1b[31mrn\x1b[0ming'), 'wa|rn')
}

export function testAVeryLongLine() {
  equal(marked('needle', `${'x'.repeat(4000)}needle`), 'needle')
  equal(marked('needle$', `needle ${'x'.repeat(4000)}`, { regex: true }), '')
  equal(marked('x$', 'x'.repeat(4000), { regex: true }), '')
  equal(marked('x', 'x'.repeat(4096)).split('|').length, 200)
}

export function testNothingButIncludes() {
  equal(passed(undefined), [])
  equal(passed({ exclude: [{ text: 'a', regex: false, case: false }], levels: ['error'] }), [])
}

export function testPatternsThatMeanAnotherThingOrTakeLong() {
  for (const text of ['\\Aone', '\\z', '(?i)a', '(?P<n>a)', '[[:alpha:]]', '\\pL', '(a+)+$', '(a|aa)*b', '((a*)b)+', '(?:x{2,})*', '.*.*.*x', '\\w+\\s\\w*\\S+']) equal(marked(text, 'one aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', { regex: true }), '', text)
  for (const text of ['a', 'GET .* 5\\d\\d', '(GET|POST) /', '\\d+\\.\\d+\\.\\d+\\.\\d+', '(\\d+\\.){3}\\d+', '[*+]+\\(a+\\)+', 'a{2,}b?']) ok(steady(text), text)
}
