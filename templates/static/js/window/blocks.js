// Bytes by address: blocks of one size, that grow and are let go at both ends.

const BLOCK = 256 * 1024

/**
 * Bytes are copied into blocks, rather than kept in the frames they came in: thousands of small frames cost no objects,
 * the block of an address is a division, and letting go is dropping a block. Addresses may be negative.
 */
export class Blocks {
  /** Address of the first byte. */
  begin = 0
  /** Address behind the last byte. */
  end = 0
  /** @type {Map<number, Uint8Array>} */
  #blocks = new Map()
  /** @type {Uint8Array | undefined} */
  #spare

  /** How many bytes of memory are held. */
  get memory() {
    return (this.#blocks.size + (this.#spare ? 1 : 0)) * BLOCK
  }

  /** @param {Uint8Array} bytes */
  append(bytes) {
    this.#write(this.end, bytes)
    this.end += bytes.length
  }

  /** @param {Uint8Array} bytes */
  prepend(bytes) {
    this.begin -= bytes.length
    this.#write(this.begin, bytes)
  }

  /**
   * The bytes from one address to another: shared if they lie in one block, else a copy. Not to be kept.
   * @param {number} from
   * @param {number} to
   */
  read(from, to) {
    const index = Math.floor(from / BLOCK)
    const offset = from - index * BLOCK
    if (offset + to - from <= BLOCK) return this.#blocks.get(index)?.subarray(offset, offset + to - from) ?? new Uint8Array(0)
    const out = new Uint8Array(to - from)
    this.#each(from, out.length, (block, start, at, n) => out.set(block.subarray(start, start + n), at))
    return out
  }

  /** Lets go of what is not between two addresses. @param {number} from @param {number} to */
  keep(from, to) {
    while (this.begin < from && Math.floor(this.begin / BLOCK) < Math.floor(from / BLOCK)) {
      this.#drop(Math.floor(this.begin / BLOCK))
      this.begin = (Math.floor(this.begin / BLOCK) + 1) * BLOCK
    }
    this.begin = from
    const last = Math.floor((to - 1) / BLOCK)
    for (let index = Math.floor((this.end - 1) / BLOCK); index > last; index--) this.#drop(index)
    this.end = to
  }

  // Private

  /** @param {number} address @param {Uint8Array} bytes */
  #write(address, bytes) {
    this.#each(address, bytes.length, (block, start, at, n) => block.set(bytes.subarray(at, at + n), start))
  }

  /**
   * Each block that a range touches: where in the block, where in the range, and how much.
   * @param {number} from @param {number} size @param {(block: Uint8Array, start: number, at: number, n: number) => void} act
   */
  #each(from, size, act) {
    for (let at = 0; at < size;) {
      const index = Math.floor((from + at) / BLOCK)
      const start = from + at - index * BLOCK
      const n = Math.min(size - at, BLOCK - start)
      act(this.#block(index), start, at, n)
      at += n
    }
  }

  /** @param {number} index */
  #block(index) {
    let block = this.#blocks.get(index)
    if (!block) {
      block = this.#spare ?? new Uint8Array(BLOCK)
      this.#spare = undefined
      this.#blocks.set(index, block)
    }
    return block
  }

  /** @param {number} index */
  #drop(index) {
    this.#spare = this.#blocks.get(index) ?? this.#spare
    this.#blocks.delete(index)
  }
}
