/** Numbers of any number of bits, most significant first. Beyond the end it reads zeros, and {@link isBeyond} tells. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Bits from the start, at most 2^31. */
  #at = 0;

  /**
   * @param start byte at which it begins
   */
  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#start = start;
  }

  /** Byte of the next bit, counted from the beginning of all bytes. */
  get byte(): number {
    return this.#start + (this.#at >>> 3);
  }

  /** Whether more was read than there is. */
  get isBeyond(): boolean {
    return this.#start + Math.ceil(this.#at / 8) > this.#bytes.length;
  }

  /** Goes on with the next whole byte. */
  align(): void {
    this.#at = this.#at + 7 & ~7;
  }

  /** The next 32 bits, which stay the next ones. */
  #next(): number {
    const bytes = this.#bytes;
    const at = this.#start + (this.#at >>> 3);
    const shift = this.#at & 7;
    if (at + 5 > bytes.length) return this.#nextNearEnd(at, shift);
    const word = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    return shift === 0 ? word : word << shift | bytes[at + 4] >> 8 - shift;
  }

  #nextNearEnd(at: number, shift: number): number {
    const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((index) => this.#bytes[at + index] ?? 0);
    const word = a << 24 | b << 16 | c << 8 | d;
    return shift === 0 ? word : word << shift | e >> 8 - shift;
  }

  /** An unsigned number of 0 to 32 bits. */
  unsigned(bits: number): number {
    if (bits === 0) return 0;
    const value = this.#next() >>> 32 - bits;
    this.#at += bits;
    return value;
  }

  /** A number of 0 to 33 bits in two's complement. */
  signed(bits: number): number {
    if (bits === 0) return 0;
    if (bits <= 32) {
      const value = this.#next() >> 32 - bits;
      this.#at += bits;
      return value;
    }
    return this.signed(bits - 16) * 2 ** 16 + this.unsigned(16);
  }

  /** The zeros before the next one, which is read too; ends at the end of the bytes. */
  zeros(): number {
    let count = 0;
    for (;;) {
      const word = this.#next();
      if (word !== 0) {
        const more = Math.clz32(word);
        this.#at += more + 1;
        return count + more;
      }
      count += 32;
      this.#at += 32;
      if (this.isBeyond) return count;
    }
  }
}
