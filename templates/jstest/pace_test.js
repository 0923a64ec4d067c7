import { Pace } from '../static/js/pace.js'
import { equal, ok, until } from './check.js'

/** @param {number} ms */
function busy(ms) {
  for (const end = performance.now() + ms; performance.now() < end;);
}

export async function testManyLinesWaitAfterALongDrawing() {
  let drawn = 0
  const pace = new Pace(() => drawn++)
  pace.came(1000)
  equal(drawn, 1, 'the first lines are drawn at once')
  const begun = performance.now()
  pace.time(() => busy(20))
  pace.came(1)
  equal(drawn, 2, 'so is one that somebody may wait for')
  pace.came(500)
  pace.came(500)
  equal(drawn, 2, 'drawing took long')
  await until(() => drawn > 2, 'they are drawn')
  ok(performance.now() - begun >= 8 * 20, 'no sooner than after eight times that')
  equal(drawn, 3, 'once')
}
