// Text into the clipboard, on plain http too.

/** @param {string} text @returns {Promise<boolean>} false: the browser does not allow it now */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return byHand(text) // there is no navigator.clipboard on plain http
  }
}

/** As if somebody had written it, selected it and copied it. @param {string} text */
function byHand(text) {
  const focused = document.activeElement
  const selection = getSelection()
  const ranges = selection ? Array.from({ length: selection.rangeCount }, (_, i) => selection.getRangeAt(i)) : []
  const area = document.createElement('textarea')
  area.className = 'unseen'
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  selection?.removeAllRanges()
  for (const range of ranges) selection?.addRange(range)
  return done
}
