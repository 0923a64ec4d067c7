import { links } from '../static/js/line/links.js'
import { equal } from './check.js'

/** @param {string} text */
const found = (text) => links(text).map(({ from, to }) => text.slice(from, to))

export function testAddresses() {
  equal(found('see http://a.example/x?y=1#z and https://b.example'), ['http://a.example/x?y=1#z', 'https://b.example'])
  equal(found('(https://a.example/b_(c)).'), ['https://a.example/b_(c)'])
  equal(found('"GET https://a.example/ HTTP/1.1"'), ['https://a.example/'])
  equal(found('end https://a.example/x, then. https://c.example:8080!'), ['https://a.example/x', 'https://c.example:8080'])
}

export function testNothingElse() {
  for (const text of ['javascript://x', 'ftp://a.example', 'http://', 'https://[', 'data:text/html,x', 'no://a']) equal(found(text), [], text)
  equal(found('https://a.example/\u202egnp.exe'), ['https://a.example/'])
}
