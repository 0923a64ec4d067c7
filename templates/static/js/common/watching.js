// Whether anybody looks at the page: one that nobody looks at takes counts only.

/** A page hidden for so long rests, in ms. */
const REST = 30_000

export class Watching {
  #panes
  #hidden
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {() => import('../pane/pane.js').Pane[]} panes @param {() => void} hidden told when nobody looks any more */
  constructor(panes, hidden) {
    this.#panes = panes
    this.#hidden = hidden
    document.addEventListener('visibilitychange', () => this.#changed())
  }

  #changed() {
    clearTimeout(this.#timer)
    if (!document.hidden) return this.#panes().forEach((pane) => pane.look())
    this.#panes().forEach((pane) => pane.lookAway())
    this.#timer = setTimeout(() => this.#panes().forEach((pane) => pane.rest()), REST)
    this.#hidden()
  }
}
