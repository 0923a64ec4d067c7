// While text is selected or a button is held down, the view stands still.

export class Hold {
  #scroller
  #changed
  #pressed = false
  #selected = false

  /** @param {HTMLElement} scroller @param {() => void} changed */
  constructor(scroller, changed) {
    this.#scroller = scroller
    this.#changed = changed
    scroller.addEventListener('pointerdown', (event) => {
      if (event.button === 0 && event.target instanceof Element && event.target.closest('.row')) this.#pressed = true
    })
    for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => this.#letGo())
    document.addEventListener('selectionchange', () => this.#select())
  }

  get on() {
    return this.#pressed || this.#selected
  }

  /** Nothing is selected any more. */
  release() {
    this.#selected = this.#pressed = false
    getSelection()?.removeAllRanges()
  }

  // Private

  #select() {
    const selection = getSelection()
    this.#selected = selection?.type === 'Range' && this.#scroller.contains(selection.anchorNode)
    this.#changed()
  }

  #letGo() {
    if (!this.#pressed) return
    this.#pressed = false
    this.#changed()
  }
}
