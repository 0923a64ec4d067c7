import { Pace } from '../static/js/view/pace.js'
import { equal, ok } from './check.js'

/** A pace on a clock of its own. */
function onClock() {
  const { setTimeout, requestAnimationFrame } = window
  const { now } = performance
  let at = 1000
  let drawn = 0
  /** @type {{ at: number, act: () => void }[]} */
  let timers = []
  let costs = 1
  window.setTimeout = /** @type {any} */ ((act, ms) => timers.push({ at: at + ms, act }))
  window.requestAnimationFrame = (act) => timers.push({ at: at + 1, act: () => act(at) })
  performance.now = () => at
  const pace = new Pace(() => {
    drawn++
    at += costs
  })
  return {
    pace,
    drawn: () => drawn,
    costs: (ms) => (costs = ms),
    pass(ms) {
      for (const end = at + ms; at < end;) {
        at++
        const due = timers.filter((one) => one.at <= at)
        timers = timers.filter((one) => one.at > at)
        for (const { act } of due) act()
      }
    },
    end() {
      Object.assign(window, { setTimeout, requestAnimationFrame })
      performance.now = now
    },
  }
}

/** @param {(clock: ReturnType<typeof onClock>) => void} test */
function clocked(test) {
  const clock = onClock()
  try {
    test(clock)
  } finally {
    clock.end()
  }
}

export function testLinesThatCanBeReadAreDrawnAtOnce() {
  clocked(({ pace, drawn, pass }) => {
    for (let i = 1; i <= 20; i++) {
      pace.came(1)
      pass(1)
      equal(drawn(), i, 'drawings')
      pass(39)
    }
  })
}

export function testAHeapOfLinesIsNoFlood() {
  clocked(({ pace, drawn, pass }) => {
    for (let i = 1; i <= 20; i++) {
      pace.came(3)
      pass(1)
      equal(drawn(), 2 * i - 1, 'drawings')
      pass(16)
      pace.came(1)
      pass(1)
      equal(drawn(), 2 * i, 'drawings')
      pass(180)
    }
  })
}

export function testLinesThatNobodyCanReadAreDrawnTogether() {
  clocked(({ pace, drawn, pass }) => {
    pace.came(1)
    pass(1)
    equal(drawn(), 1, 'the first of them is drawn at once')
    for (let i = 0; i < 100; i++) {
      pace.came(10)
      pass(10)
    }
    ok(drawn() > 10 && drawn() < 15, `${drawn()} drawings in a second`)
    pass(1000)
    const before = drawn()
    pace.came(1)
    pass(1)
    equal(drawn() - before, 1, 'after a calm second it is as it was')
  })
}

export function testDrawingLeavesTimeToTakeLines() {
  clocked(({ pace, drawn, pass, costs }) => {
    costs(20)
    pace.came(100_000)
    pass(1)
    pace.came(100_000)
    pass(130)
    equal(drawn(), 1, 'no sooner than after eight times what it took')
    pass(20)
    equal(drawn(), 2, 'and then')
  })
}

export function testWhatIsNoLineKeepsNoLineWaiting() {
  clocked(({ pace, drawn, pass }) => {
    pace.came(1)
    pass(40)
    pace.came(0)
    pass(1)
    equal(drawn(), 2, 'numbers are drawn')
    pace.came(1)
    pass(1)
    equal(drawn(), 3, 'and a line right after them')
  })
}

export function testADrawingOfOtherThingsDoesNotHurryLines() {
  clocked(({ pace, drawn, pass }) => {
    pace.came(1000)
    pass(10)
    pace.soon()
    pass(10)
    equal(drawn(), 2)
    pace.came(1000)
    pass(50)
    equal(drawn(), 2, 'lines wait as long as they would have')
    pass(20)
    equal(drawn(), 3)
  })
}
