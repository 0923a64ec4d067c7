import { fieldsOf } from '../static/js/fields.js'
import { equal } from './check.js'

export function testJSON() {
  equal(fieldsOf('{"level":"error","http":{"status":500,"ok":false},"tags":["a","b"],"none":null}'), [
    { name: 'level', value: 'error' }, { name: 'http.status', value: '500' }, { name: 'http.ok', value: 'false' },
    { name: 'tags', value: '["a","b"]' }, { name: 'none', value: 'null' },
  ])
  equal(fieldsOf('Nov 26 app: {"a":1}'), [{ name: 'a', value: '1' }])
}

export function testLogfmt() {
  equal(fieldsOf('time=10:00 level=info msg="a \\"b\\" c" empty= path=/x'), [
    { name: 'time', value: '10:00' }, { name: 'level', value: 'info' }, { name: 'msg', value: 'a "b" c' }, { name: 'empty', value: '' }, { name: 'path', value: '/x' },
  ])
}

export function testNeither() {
  for (const line of ['plain words', 'a=b only', '{"broken":', '{}', '[1,2]']) equal(fieldsOf(line), [], line)
}

export function testBounded() {
  equal(fieldsOf(`{${Array.from({ length: 500 }, (_, i) => `"k${i}":1`).join(',')}}`).length, 200)
}
