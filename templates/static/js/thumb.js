// The thumb of the scrollbar: where it stands, and where it leads.

/** So near an end of the rows, in px, is at it. */
const NEAR = 2

/** @param {import('./pane.js').Pane} pane */
export function drawThumb({ view, reader, buffer, extent, scrollbar }) {
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

/** @param {import('./pane.js').Pane} pane @param {number} fraction */
export function drag({ extent, scrollbar, journey }, fraction) {
  const behind = extent.behind(fraction)
  scrollbar.tell(behind, 0)
  journey.toFraction(fraction, (time) => scrollbar.tell(behind, time))
}
