// What is behind the three dots of a bar.

/** @param {HTMLElement} bar @param {HTMLElement} button */
export function unfold(bar, button) {
  /** @param {boolean} open */
  const set = (open) => {
    bar.classList.toggle('open', open)
    button.ariaExpanded = String(open)
  }
  button.addEventListener('click', () => set(!bar.classList.contains('open')))
  addEventListener('pointerdown', ({ target }) => target instanceof Node && !bar.contains(target) && set(false))
  bar.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !bar.classList.contains('open')) return
    event.preventDefault()
    set(false)
    button.focus()
  })
}
