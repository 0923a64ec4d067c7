import { drawLine } from '../static/js/line/line.js'
import { equal, ok } from './check.js'

/** @param {string} text @param {import('../static/js/line/line.js').Mark[]} [marks] */
function drawn(text, marks) {
  const element = document.createElement('div')
  drawLine(element, text, marks)
  return element
}

export function testMarkupIsText() {
  const text = '<img src=x onerror=alert(1)> \x1b[31m<script>alert(1)</script>\x1b[0m https://a.example/<b>'
  const element = drawn(text)
  equal(element.textContent, '<img src=x onerror=alert(1)> <script>alert(1)</script> https://a.example/<b>')
  equal([...element.querySelectorAll('*')].map((e) => e.tagName), ['SPAN', 'A'])
}

export function testLayersNest() {
  const element = drawn('a \x1b[32mgreen https://x.example/abc\x1b[0m b', [{ find: /x\.example/g, name: 'hit' }, { find: /een h/g, name: 'mark-1' }])
  equal(element.textContent, 'a green https://x.example/abc b')
  const link = /** @type {HTMLAnchorElement} */ (element.querySelector('a'))
  equal(link.href, 'https://x.example/abc')
  equal(link.querySelector('mark.hit')?.textContent, 'x.example')
  equal([...element.querySelectorAll('mark.mark-1')].map((m) => m.textContent).join('|'), 'een |h')
  ok(link.closest('.fg-green'), 'the link has the colour of its text')
}

export function testControlCharactersStayVisible() {
  const element = drawn('a\0b \x1b[2J \u202e', [{ find: /b/g, name: 'hit' }])
  equal(element.textContent, 'a^@b ^[[2J \\u202e')
}

export function testLinksLeadOutSafely() {
  const link = /** @type {HTMLAnchorElement} */ (drawn('http://a.example').querySelector('a'))
  equal([link.rel, link.target, link.protocol], ['noopener noreferrer', '_blank', 'http:'])
}

export function testEmptyAndCountlessMatches() {
  equal(drawn('aaa', [{ find: /x*/g, name: 'hit' }]).querySelectorAll('mark').length, 0)
  equal(drawn('a'.repeat(5000), [{ find: /a/g, name: 'hit' }]).querySelectorAll('mark').length, 200)
}
