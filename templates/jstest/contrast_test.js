import { ok } from './check.js'

const SHAPES = 3
const AA = 4.5
const AAA = 7

/** @param {string} name */
function luminance(name) {
  const canvas = document.createElement('canvas')
  const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
  paint.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name)
  paint.fillRect(0, 0, 1, 1)
  const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** @param {string} a @param {string} b @param {number} least */
function contrast(a, b, least) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  const ratio = (high + 0.05) / (low + 0.05)
  ok(ratio >= least, `${a} on ${b} has ${ratio.toFixed(2)} to 1, at least ${least}`)
}

export function testLinesAreAAA() {
  contrast('--text', '--surface', AAA)
  contrast('--text', '--surface-chrome', AAA)
}

export function testWhereToWriteIsSeen() {
  for (const surface of ['--surface', '--surface-chrome']) contrast('--line-input', surface, SHAPES)
}

export function testAllTextIsAA() {
  for (const text of ['--text-quiet', '--accent', '--live', '--warn', '--error', '--mark', '--special']) {
    for (const surface of ['--surface', '--surface-chrome']) contrast(text, surface, AA)
  }
  contrast('--accent', '--surface-over', AA)
  contrast('--text-quiet', '--surface-over', AA)
  contrast('--special', '--surface-over', AA)
  contrast('--error', '--error-surface', AA)
}

export function testTerminalsColoursAreAA() {
  for (const name of ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']) contrast(`--ansi-${name}`, '--surface', AA)
}

export function testTextOnMarksIsReadable() {
  for (const mark of ['--hit', '--hit-current', '--mark-1', '--mark-2', '--mark-3', '--mark-4', '--mark-5', '--mark-6', '--error-surface', '--add']) contrast('--text', mark, AA)
}

export function testBarsAreSeen() {
  for (const bar of ['--warn', '--error', '--info', '--debug']) contrast(bar, '--surface', SHAPES)
}
