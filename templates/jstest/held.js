// Run by TestListLive against a server that begins its answers and says nothing.

import { Live } from '../static/js/list/live.js'
import { equal, until } from './check.js'

export async function testAsksInstead() {
  const stop = new AbortController()
  const taken = []
  const states = []
  // On a busy machine an answer may not even begin in time; it is those that began and said nothing that are held back.
  let begun = 0
  const plain = globalThis.fetch
  globalThis.fetch = async (url, options) => {
    const response = await plain(url, options)
    if (String(url).endsWith('/live')) begun++
    return response
  }
  const live = new Live({ take: (message) => taken.push(message), tell: (state) => states.push(state) }, { silence: 1000, poll: 50 })
  const ended = live.run(stop.signal)
  await until(() => taken.length >= 2, 'it asks')
  stop.abort()
  await ended
  equal([taken[0].say, taken[0].logs.length, states[0].kind, states.at(-1).kind, states.at(-1).polls, begun], ['list', 1, 'retry', 'live', true, 2])
}
