import { plain, runs, styled } from '../static/js/line/ansi.js'
import { equal, ok } from './check.js'

/** @param {string} text */
function said(text) {
  return runs(text).map(({ text: t, style }) => [t, style ? Object.entries(style).filter(([, v]) => v).map(([k, v]) => (v === true ? k : `${k} ${v}`)).join(' ') : ''])
}

export function testPlainTextIsOneRun() {
  equal(said('a b'), [['a b', '']])
}

export function testColours() {
  equal(said('\x1b[31mred\x1b[0m no \x1b[1;92mbold\x1b[22m not\x1b[m'), [['red', 'fg red'], [' no ', ''], ['bold', 'fg bright-green bold'], [' not', 'fg bright-green']])
  equal(said('\x1b[38;5;9ma\x1b[38;5;196mb\x1b[48;5;240mc'), [['a', 'fg bright-red'], ['b', 'fg rgb(255 0 0)'], ['c', 'fg rgb(255 0 0) bg rgb(88 88 88)']])
  equal(said('\x1b[38;2;1;2;3ma\x1b[48:2::4:5:6mb\x1b[39;49mc'), [['a', 'fg rgb(1 2 3)'], ['b', 'fg rgb(1 2 3) bg rgb(4 5 6)'], ['c', '']])
  equal(said('\x1b[3;4;7;9mx\x1b[4:0my'), [['x', 'italic underline strike inverse'], ['y', 'italic strike inverse']])
}

export function testNonsenseIsNoColour() {
  equal(said('\x1b[38;5;999mx'), [['x', '']])
  equal(said('\x1b[38;2;1;2;300mx'), [['x', '']])
  equal(said('\x1b[38mx\x1b[99999my'), [['x', ''], ['y', '']])
  equal(said('\x1b[2Jx'), [['\x1b[2Jx', '']])
  equal(plain('\x1b[1ma\x1b[0mb\x1b[2J'), 'ab\x1b[2J')
}

export function testInverseSwapsAndIsReadable() {
  const element = styled({ ...runs('\x1b[7mx')[0].style })
  ok(element.classList.contains('fg-ground') && element.classList.contains('bg-text'), element.className)
}
