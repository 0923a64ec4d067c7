// A question that is put before its answer is needed: what comes of it waits here for whoever takes it.

/** @typedef {import('../tail/frame.js').Frame} Frame */
/** @typedef {import('../tail/questions.js').Question} Question */
/** @typedef {import('../tail/questions.js').Asker} Asker */

export class Ahead {
  #cancel
  /** What came before anybody took it. @type {((asker: Asker) => void)[]} */
  #came = []
  /** @type {Asker | null} */
  #asker = null
  #over = false

  /** @param {import('../tail/questions.js').Questions} questions @param {Question} question */
  constructor(questions, question) {
    /** @param {(asker: Asker) => void} what */
    const come = (what) => (this.#asker ? what(this.#asker) : this.#came.push(what))
    this.#cancel = questions.ask(question, {
      frame: (frame, last) => come((asker) => asker.frame(frame, last)),
      refused: (words) => come((asker) => asker.refused?.(words)),
    })
  }

  /**
   * As Questions.ask, of the question that was put: what is here already comes as soon as the caller has returned.
   * @param {Question} _ @param {Asker} asker @returns {() => void} gives it up
   */
  ask(_, asker) {
    queueMicrotask(() => {
      this.#asker = asker
      for (const what of this.#came) if (!this.#over) what(asker)
      this.#came = []
    })
    return () => this.drop()
  }

  /** Nobody needs it. */
  drop() {
    this.#over = true
    this.#cancel()
  }
}
