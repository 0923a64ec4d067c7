// Which patterns a browser tries quickly on any line: a link may bring any, and one that is tried for ever would stop the page.

/** Patterns that repeat more things, or wide ones (all but a letter or digit) more often, are left to the worker. */
const REPEATS = 6
const WIDE = 2

/** Whether a pattern repeats nothing that repeats or chooses in itself, and little else. @param {string} text */
export function steady(text) {
  /** Whether each group that is open repeats or chooses something. */
  const open = [false]
  let repeats = 0
  let wide = 0
  /** What came before: a repeat is of that. @type {'' | 'letter' | 'wide' | 'group' | 'loose'} */
  let before = ''
  for (const [piece] of text.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|\(\?[:\w<>=!-]*|./gsu)) {
    if (piece.startsWith('(')) {
      open.push(false)
      before = ''
    } else if (piece === ')') before = open.pop() ? 'loose' : 'group'
    else if (piece === '|') open[open.length - 1] = true
    else if (piece === '*' || piece === '+' || /^\{\d*,\}$/.test(piece)) {
      if (before === 'loose') return false
      if (before === 'wide' || before === 'group') wide++
      repeats++
      open.fill(true)
    } else if (piece !== '?' && !piece.startsWith('{')) before = piece === '.' || piece.startsWith('[') || /^\\[sSwWDpP]/.test(piece) ? 'wide' : 'letter'
  }
  return repeats <= REPEATS && wide <= WIDE
}
