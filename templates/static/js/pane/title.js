// "(3, 1 error) access.log": what came while nobody looked.

import { view as words } from '../common/words.js'

export class Title {
  #name = document.title
  #seen = { lines: 0, errors: 0 }

  /** How many there are now. @param {number} lines @param {number} errors */
  show(lines, errors) {
    if (!document.hidden) this.#seen = { lines, errors }
    const unseen = lines - this.#seen.lines
    const title = unseen > 0 ? `${words.unseen(unseen, errors - this.#seen.errors)} ${this.#name}` : this.#name
    if (document.title !== title) document.title = title
  }
}
