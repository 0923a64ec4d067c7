import { habit, remember } from '../static/js/common/habits.js'
import { looked, looks, rememberLooks } from '../static/js/common/looked.js'
import { equal, ok } from './check.js'

export function testHabits() {
  localStorage.clear()
  equal([habit('x', 'else'), habit('y', ['z'])], ['else', ['z']])
  remember('x', 'that')
  remember('y', ['a', 'b'])
  equal([habit('x', 'else'), habit('y', [])], ['that', ['a', 'b']])
  localStorage.setItem('livetail.x', '{"not": "a string"}')
  localStorage.setItem('livetail.y', 'no JSON')
  equal([habit('x', 'else'), habit('y', ['z'])], ['else', ['z']], 'what another hand wrote')
}

export function testLooks() {
  localStorage.clear()
  for (let i = 0; i < 510; i++) looked({ host: 'h', id: `log-${i}` })
  ok(Object.keys(looks()).length <= 500, 'the newest are kept')
  const found = looks()
  const [name] = Object.keys(found)
  found[name].size = 7
  rememberLooks(found)
  equal(looks()[name].size, 7)
  const [host, id] = name.split(' ')
  const before = looks()
  localStorage.setItem('livetail.looked', JSON.stringify({ ...before, [name]: { at: before[name].at + 5 } }))
  rememberLooks(found)
  equal([looks()[name].size, id.startsWith('log-'), host], [undefined, true, 'h'], 'a newer look is not overwritten')
}
