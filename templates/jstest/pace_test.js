import { Pace } from '../static/js/pace.js'
import { equal, ok, until } from './check.js'

/** @param {number} ms */
function busy(ms) {
  for (const end = performance.now() + ms; performance.now() < end;);
}

export async function testLinesThatComeWaitAfterALongDrawing() {
  let drawn = 0
  const pace = new Pace(() => drawn++)
  pace.came()
  equal(drawn, 1, 'the first lines are drawn at once')
  const begun = performance.now()
  pace.time(() => busy(20))
  pace.came()
  pace.came()
  equal(drawn, 1, 'drawing took long')
  await until(() => drawn > 1, 'they are drawn')
  ok(performance.now() - begun >= 8 * 20, 'no sooner than after eight times that')
  equal(drawn, 2, 'once')
}
