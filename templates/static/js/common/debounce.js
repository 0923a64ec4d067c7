// Something that is done once others have stopped asking for it.

/** @param {() => void} act @param {number} pause ms */
export function debounce(act, pause) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const now = () => {
    clearTimeout(timer)
    timer = undefined
    act()
  }
  return {
    now,
    soon() {
      clearTimeout(timer)
      timer = setTimeout(now, pause)
    },
  }
}
