/**
 * Texts that come again and again, kept by their bytes: a sender says the same few addresses thousands of times, and each
 * would otherwise be a new string. A fixed table in which a newcomer takes the place of what stood there, so garbage from
 * the network costs time and never memory.
 */

const slots = 512;

/** Longer texts are not kept, in bytes. */
const maxCachedTextLength = 64;

/** Main isolate; allocates when it meets a text that it does not hold. */
export class TextCache {
  readonly #bytes = new Uint8Array(slots * maxCachedTextLength);
  readonly #lengths = new Uint8Array(slots);
  readonly #texts: string[] = new Array<string>(slots).fill("");

  /**
   * The text of `bytes[from..to)`.
   *
   * @param hash any number that depends on the bytes alone
   * @param decode called when the text is not held
   */
  text(
    bytes: Uint8Array,
    from: number,
    to: number,
    hash: number,
    decode: (bytes: Uint8Array, from: number, to: number) => string,
  ): string {
    const length = to - from;
    if (length > maxCachedTextLength) return decode(bytes, from, to);
    const slot = (hash ^ hash >>> 9 ^ hash >>> 18) & (slots - 1);
    const start = slot * maxCachedTextLength;
    if (this.#lengths[slot] === length) {
      let at = 0;
      while (at < length && this.#bytes[start + at] === bytes[from + at]) at++;
      if (at === length) return this.#texts[slot];
    }
    const text = decode(bytes, from, to);
    for (let at = 0; at < length; at++) this.#bytes[start + at] = bytes[from + at];
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}
