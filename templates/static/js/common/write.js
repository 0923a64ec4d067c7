// What a page says and shows, set where it is another: what is set has the browser look at styles, also to what it is.

/** @param {HTMLElement} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** @param {HTMLElement} element @param {boolean} so */
export function hide(element, so) {
  if (element.hidden !== so) element.hidden = so
}
