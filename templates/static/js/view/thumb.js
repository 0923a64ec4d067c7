// The thumb of the scrollbar: where it stands, and where it leads.

/** So near an end of the rows, in px, is at it. */
const NEAR = 2

/** @param {import('../pane/pane.js').Pane} pane */
export function drawThumb({ view, reader, buffer, extent, scrollbar }) {
  if (reader.flies) return // it stays where it leads to
  const top = buffer.at(view.top.row)
  const bottom = buffer.at(view.last)
  if (!top || !bottom) return
  const seen = Math.max(1, bottom.place + buffer.size(view.last) + 1 - top.place)
  const left = Math.max(1, extent.size - seen)
  const fraction = Math.min(1, Math.max(0, (top.place - extent.begin) / left))
  const atEnd = reader.live && view.below < NEAR
  const atBegin = !view.more.above && view.above < NEAR
  scrollbar.show(atEnd ? 1 : atBegin ? 0 : fraction, seen / extent.size)
}

/** @param {import('../pane/pane.js').Pane} pane @param {number} fraction */
export function drag({ extent, scrollbar, journey, finding }, fraction) {
  const behind = extent.behind(fraction)
  // Who holds the thumb is told the time behind the lines: what reads times may have to be fetched.
  const tell = (/** @type {number} */ time, /** @type {number | undefined} */ row) => scrollbar.held && finding.timebar.tell(time, row, (text) => scrollbar.tell(behind, text))
  journey.toFraction(fraction, (time, row) => requestAnimationFrame(() => setTimeout(() => tell(time, row))))
  scrollbar.tell(behind, '')
}
