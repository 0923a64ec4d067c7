// A part of the page that is fetched when it is first asked for.

/** @template T */
export class Later {
  /** The part, once it is here. @type {T | undefined} */
  now
  #load
  #failed
  /** @type {Promise<T> | undefined} */
  #coming

  /** @param {() => Promise<T>} load @param {() => void} failed told when it cannot be had: no network, or a page older than the server */
  constructor(load, failed) {
    this.#load = load
    this.#failed = failed
  }

  /** @param {(part: T) => void} [use] */
  ask(use = () => {}) {
    this.#coming ??= this.#load()
    this.#coming.then((part) => use((this.now = part)), () => {
      this.#coming = undefined
      this.#failed()
    })
  }
}
