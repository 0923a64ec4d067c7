import { looked, query } from '../static/js/find/address.js'
import { everything } from '../static/js/find/filter.js'
import { equal } from './check.js'

/** What comes of an address that was sent to somebody. @param {object} state */
function sent(state) {
  const nothing = { choice: everything(), term: null, at: '', line: null, marks: [], columns: [], only: false, beside: [] }
  return looked(new URL(`http://h/log/h/x${query({ ...nothing, ...state })}`).search)
}

const names = ['level', 'http.status', 'a=b', 'a!b', 'a!', '!', '=', '!=', 'a!=b', 'back\\', '\\=', 'two\nlines', 'a b&c#d%3De+f', '日本']
const values = ['', '500', '=', '!=x', 'a=b!=c', '\\', 'two\nlines', '&q=x#']

export function testFieldsOfAnyNameAndValue() {
  for (const not of [false, true]) {
    const fields = names.flatMap((name) => values.map((value) => ({ name, value, not })))
    equal(sent({ choice: { ...everything(), fields } }).choice.fields, fields)
  }
}

export function testColumnsAndTextsInColour() {
  equal(sent({ columns: names }).columns, names)
  equal(sent({ marks: ['', ...names] }).marks, ['', ...names])
  equal(sent({ only: true }).only, false) // of no columns
}

export function testPlainNamesArePlain() {
  equal(query({ choice: { ...everything(), fields: [{ name: 'http.status', value: '500', not: true }] }, term: null, at: '', line: null, beside: [] }), '?field=http.status%21%3D500')
}

export function testNonsenseIsNoField() {
  equal(looked('?field=&field=%3Dx&field=name&field=%21%3Dx&field=a%5C').choice.fields, [])
}

export function testFourLogsAtMost() {
  equal(looked(`?${[1, 2, 3, 4, 5].map((n) => `with=h%2F${n}`).join('&')}`).beside.map(({ id }) => id), ['1', '2', '3'])
}

export function testAllOfIt() {
  const state = {
    choice: { ...everything(), include: 'a=b & c', exclude: '(x|y)', regex: true, case: true, levels: ['error', 'other'], fields: [] },
    term: { text: '+ %', regex: false, case: true }, at: 'AQ', line: null, marks: [], columns: ['x'], only: true, beside: [{ host: 'h', id: 'a/b c?.log', look: '' }, { host: 'h', id: 'x', look: query({ choice: { ...everything(), include: '&with=h%2Fy' }, term: null, at: 'AQ', line: null, beside: [] }).slice(1) }],
  }
  equal(sent(state), state)
  equal(looked(`?${sent(state).beside[1].look}`).choice.include, '&with=h%2Fy')
  equal(query({ choice: everything(), term: null, at: '', line: null, beside: [{ host: 'h', id: 'x', look: '' }] }), '?with=h%2Fx', 'a log as it is needs no more words')
  equal(sent({ line: { from: 'AA', to: 'AB' } }).line, { from: 'AA', to: 'AB' })
}
