// What is behind the three dots of a bar.

/** @param {HTMLElement} bar @param {HTMLElement} button */
export function unfold(bar, button) {
  /** @param {boolean} open */
  const set = (open) => {
    bar.classList.toggle('open', open)
    button.ariaExpanded = String(open)
  }
  button.addEventListener('click', () => set(!bar.classList.contains('open')))
  for (const elsewhere of ['pointerdown', 'focusin']) addEventListener(elsewhere, ({ target }) => target instanceof Node && !bar.contains(target) && set(false))
  // What is asked for is somewhere else; only the times go from one kind to the next.
  bar.addEventListener('click', ({ target }) => target instanceof Element && target.closest('.menu > :is(a, button:not([data-part="times"]))') && set(false))
  bar.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !bar.classList.contains('open')) return
    event.preventDefault()
    set(false)
    button.focus()
  })
}
