/** Writes the numbers of a WebAssembly module one after the other. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes so far; valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** LEB128: seven bits a byte, lowest first; the eighth bit means that more follow. Up to 2^53. */
  unsigned(value: number): void {
    while (value > 0x7F) {
      this.byte(value & 0x7F | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.byte(value);
  }

  /** LEB128 whose last byte carries the sign in its second bit. From -2^53 to 2^53. */
  signed(value: number): void {
    while (value < -0x40 || value > 0x3F) {
      this.byte(value & 0x7F | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.byte(value & 0x7F);
  }

  float32(value: number): void {
    this.#grow(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  int32(value: number): void {
    this.#grow(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  /** Bytes, their count before them. */
  sized(values: ArrayLike<number>): void {
    this.unsigned(values.length);
    this.bytes(values);
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const before = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(2 * before.length, this.#length + more));
    this.#bytes.set(before);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
