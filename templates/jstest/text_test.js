import { appendText, cut, decode, visible } from '../static/js/line/text.js'
import { equal, ok } from './check.js'

/** @param {string} text */
function drawn(text) {
  const element = document.createElement('div')
  appendText(element, text)
  return element
}

export function testMarkupIsText() {
  const element = drawn('<img src=x onerror=alert(1)>&amp;</div>')
  equal(element.childElementCount, 0)
  equal(element.textContent, '<img src=x onerror=alert(1)>&amp;</div>')
}

export function testControlCharactersAreShown() {
  equal(visible('a\0b\x07c\x1b[2Jd\x7fe\rf\ng'), 'a^@b^Gc^[[2Jd^?e^Mf^Jg')
  equal(visible('c1 \u0085\u009b'), 'c1 \\u0085\\u009b')
  equal(visible('tab\tstays'), 'tab\tstays')
  const element = drawn('a\0b')
  equal(element.querySelector('span.special')?.textContent, '^@')
}

export function testColoursAreDroppedAndNothingElse() {
  equal(visible('\x1b[1;31mred\x1b[0m plain \x1b[mx'), 'red plain x')
  equal(visible('\x1b]0;title\x07 \x1b[10A'), '^[]0;title^G ^[[10A')
}

export function testNothingReordersOrHides() {
  for (const c of ['\u202e', '\u2066', '\u200b', '\u2028', '\ufeff', '\u061c', '\u00ad', '\u{e0041}']) {
    const shown = visible(`a${c}b`)
    ok(!shown.includes(c) && shown.includes('\\u'), `U+${c.codePointAt(0)?.toString(16)} is shown as ${shown}`)
  }
  equal(visible('👩\u200d🚀 می\u200cخواهم'), '👩\u200d🚀 می\u200cخواهم')
}

export function testAnyBytes() {
  equal(decode(Uint8Array.of(0x61, 0xff, 0xfe, 0x62)), 'a\ufffd\ufffdb')
  equal(visible(decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))), '\\ufeffa')
}

export function testCutKeepsCharactersWhole() {
  const bytes = new TextEncoder().encode('aé€🦊')
  for (let most = 1; most <= bytes.length; most++) {
    const text = decode(cut(bytes, most))
    ok('aé€🦊'.startsWith(text), `${most} bytes give ${text}`)
  }
  equal(decode(cut(bytes, 100)), 'aé€🦊')
  equal(cut(new Uint8Array(9).fill(0x80), 6).length > 0, true)
}
