// A page that is older than the server comes again by itself.

/** The version for which this tab was already loaded anew. */
const RELOADED = 'livetail.reloaded'

/** Loads the page anew if nobody looks; once for each version that it has. @param {string} version @param {() => void} before keeps its place */
export function comeAgain(version, before) {
  if (!document.hidden || sessionStorage.getItem(RELOADED) === version) return
  sessionStorage.setItem(RELOADED, version)
  before()
  location.reload()
}
