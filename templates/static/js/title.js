// "(3) access.log": what came while nobody looked.

export class Title {
  #name = document.title
  #seen = 0

  /** @param {number} lines how many there are now */
  show(lines) {
    if (!document.hidden) this.#seen = lines
    const unseen = lines - this.#seen
    const title = unseen > 0 ? `(${unseen > 999 ? '999+' : unseen}) ${this.#name}` : this.#name
    if (document.title !== title) document.title = title
  }
}
