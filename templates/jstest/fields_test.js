import { fieldsOf, mayHaveFields } from '../static/js/line/fields.js'
import { equal } from './check.js'

export function testJSON() {
  equal(fieldsOf('{"level":"error","http":{"status":500,"ok":false},"tags":["a","b"],"none":null}'), [
    { name: 'level', value: 'error' }, { name: 'http.status', value: '500' }, { name: 'http.ok', value: 'false' },
    { name: 'tags', value: '["a","b"]' }, { name: 'none', value: 'null' },
  ])
  equal(fieldsOf('Nov 26 app: {"a":1}'), [{ name: 'a', value: '1' }])
}

export function testAsWritten() {
  equal(fieldsOf('{ "n": 12345678901234567890, "f" : 1.50, "l": [1, {"a": "]"}], "s": "a\\"}\\u00e9\\n" , "e":{}, "a b":-1e3}').map(({ name, value }) => `${name}=${value}`),
    ['n=12345678901234567890', 'f=1.50', 'l=[1, {"a": "]"}]', 's=a"}é\n', 'a b=-1e3'])
  equal(fieldsOf('{"a":1,"a":2}'), [{ name: 'a', value: '1' }, { name: 'a', value: '2' }])
  const deep = '{"a":'.repeat(9) + '1' + '}'.repeat(9)
  equal(fieldsOf(deep), [{ name: 'a.a.a.a.a.a', value: '{"a":{"a":{"a":1}}}' }])
}

export function testLogfmt() {
  equal(fieldsOf('time=10:00 level=info msg="a \\"b\\" c" empty= path=/x odd=a"b'), [
    { name: 'time', value: '10:00' }, { name: 'level', value: 'info' }, { name: 'msg', value: 'a "b" c' }, { name: 'empty', value: '' }, { name: 'path', value: '/x' }, { name: 'odd', value: 'a"b' },
  ])
}

export function testNeither() {
  for (const line of ['plain words', 'a=b only', '{"broken":', '{}', '[1,2]', '{'.repeat(100_000) + '}']) equal(fieldsOf(line), [], line.slice(0, 20))
}

export function testBounded() {
  equal(fieldsOf(`{${Array.from({ length: 500 }, (_, i) => `"k${i}":1`).join(',')}}`).length, 200)
}

export function testLikely() {
  const likely = (line, whole = true) => mayHaveFields(line, whole)
  equal(['{"a":1}', '2026 app {"a":1} ', 'a=1 b=2', 'x a=1 y b="2 3"'].map((line) => likely(line)), [true, true, true, true])
  equal(['plain', 'a=1 only', '{"a":1} and words', 'GET /?a=1&b=2 HTTP/1.1'].map((line) => likely(line)), [false, false, false, false])
  equal(likely('{"a":"and so on', false), true)
}
