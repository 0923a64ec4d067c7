// Bytes by address: blocks of one size, let go from the front.

const BLOCK = 256 * 1024

/**
 * Bytes are copied into blocks, rather than kept in the frames they came in: thousands of small frames cost no objects,
 * the block of an address is a division, and letting go is dropping the first block.
 */
export class Blocks {
  /** Address behind the newest byte; addresses count everything that ever came. */
  end = 0
  /** @type {Uint8Array[]} */
  #blocks = []
  #first = 0
  /** @type {Uint8Array | undefined} */
  #spare

  /** How many bytes of memory are held. */
  get memory() {
    return (this.#blocks.length + (this.#spare ? 1 : 0)) * BLOCK
  }

  /** @param {Uint8Array} bytes */
  append(bytes) {
    for (let at = 0; at < bytes.length;) {
      const offset = this.end % BLOCK
      const index = (this.end - offset) / BLOCK - this.#first
      if (index === this.#blocks.length) this.#blocks.push(this.#fresh())
      const n = Math.min(bytes.length - at, BLOCK - offset)
      this.#blocks[index].set(bytes.subarray(at, at + n), offset)
      at += n
      this.end += n
    }
  }

  /**
   * The bytes from one address to another: shared if they lie in one block, else a copy. Not to be kept.
   * @param {number} from
   * @param {number} to
   */
  read(from, to) {
    const offset = from % BLOCK
    const index = (from - offset) / BLOCK - this.#first
    if (offset + to - from <= BLOCK) return this.#blocks[index]?.subarray(offset, offset + to - from) ?? new Uint8Array(0)
    const out = new Uint8Array(to - from)
    for (let at = 0; at < out.length;) {
      const start = (from + at) % BLOCK
      const block = this.#blocks[(from + at - start) / BLOCK - this.#first]
      const part = block.subarray(start, Math.min(BLOCK, start + out.length - at))
      out.set(part, at)
      at += part.length
    }
    return out
  }

  /** @param {number} before everything before this address may go */
  letGo(before) {
    while (this.#blocks.length > 0 && (this.#first + 1) * BLOCK <= before) {
      this.#spare = this.#blocks.shift()
      this.#first++
    }
  }

  #fresh() {
    const block = this.#spare ?? new Uint8Array(BLOCK)
    this.#spare = undefined
    return block
  }
}
