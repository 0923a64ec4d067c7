// What this browser remembers of its user's habits. Storage may be forbidden; then nothing is remembered.

const PREFIX = 'livetail.'

/** @template T @param {string} name @param {T} otherwise @returns {T} */
export function habit(name, otherwise) {
  try {
    const value = JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null')
    return value !== null && typeof value === typeof otherwise && Array.isArray(value) === Array.isArray(otherwise) ? value : otherwise
  } catch {
    return otherwise
  }
}

/** @param {string} name @param {unknown} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // It holds for this page, and not for the next one.
  }
}

/** Another tab changed a habit. @param {string} name @param {() => void} told */
export function onHabit(name, told) {
  addEventListener('storage', (event) => {
    if (event.key === PREFIX + name || event.key === null) told()
  })
}

/** Keys that are characters can be switched off (WCAG 2.1.4): who speaks to the page types them by accident. */
export function characterKeys() {
  return habit('keys', true)
}
