// What is typed to find a log, or a command, among many: the same in the list, the rail and the palette.

/** Its words, in lower case: what has each of them somewhere is found, in whatever order. @param {string} text */
export function sought(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}
