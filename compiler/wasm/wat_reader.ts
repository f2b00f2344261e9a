/** WebAssembly text that cannot be assembled; the message names the patch, the line and what was expected. */
export class AssemblyError extends Error {
  override readonly name = "AssemblyError";
}

const blank = 0x20;
const quote = 0x22;
const dollar = 0x24;
const opening = 0x28;
const closing = 0x29;
const semicolon = 0x3B;
const smallO = 0x6F;

/** Reads WebAssembly text: parentheses, words, numbers and strings. It skips line comments and blanks. */
export class TextReader {
  readonly #text: string;
  readonly #name: string;
  #at = 0;

  /** @param name of the text, for error messages */
  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  /** Whether a parenthesis opens here; if so, moves past it. */
  opens(): boolean {
    if (this.#next() !== opening) return false;
    this.#at++;
    return true;
  }

  /** Whether a parenthesis closes here; if so, moves past it. */
  closes(): boolean {
    if (this.#next() !== closing) return false;
    this.#at++;
    return true;
  }

  /** Moves past the parenthesis that must open here. */
  open(): void {
    if (!this.opens()) this.fail("(");
  }

  /** Moves past the parenthesis that must close here. */
  close(): void {
    if (!this.closes()) this.fail(")");
  }

  /** Whether a parenthesis and this word come next, such as `(param`; if so, moves past them. */
  opensWith(start: string): boolean {
    if (this.#next() !== opening || !this.#text.startsWith(start, this.#at)) return false;
    const after = this.#text.charCodeAt(this.#at + start.length);
    if (after > blank && after !== opening && after !== closing) return false;
    this.#at += start.length;
    return true;
  }

  /** Whether a word comes next, not a parenthesis. */
  hasWord(): boolean {
    const code = this.#next();
    return code !== opening && code !== closing;
  }

  /** The next word; empty at a parenthesis. */
  word(): string {
    this.#next();
    const start = this.#at;
    const text = this.#text;
    let at = start;
    for (let code = text.charCodeAt(at); code > blank && code !== opening && code !== closing;) {
      code = text.charCodeAt(++at);
    }
    this.#at = at;
    return text.slice(start, at);
  }

  /** The next word if it is a name, else empty. */
  name(): string {
    return this.#next() === dollar ? this.word() : "";
  }

  /** The index of the next word, a name. */
  index(indexes: ReadonlyMap<string, number>): number {
    const name = this.word();
    return indexes.get(name) ?? this.fail("a name that is known", name);
  }

  /** The number of `offset=8`; without one it is 0. */
  offset(): number {
    if (this.#next() !== smallO || !this.#text.startsWith("offset=", this.#at)) return 0;
    this.#at += "offset=".length;
    return this.integer(0, 2 ** 32 - 1);
  }

  /** A number, also in hexadecimal digits, `inf` or `nan`. */
  number(): number {
    const word = this.word();
    const value = word === "inf" ? Infinity : word === "-inf" ? -Infinity : Number(word);
    if (word === "" || Number.isNaN(value) && word !== "nan") this.fail("a number", word);
    return value;
  }

  integer(min: number, max: number): number {
    const value = this.number();
    if (!Number.isInteger(value) || value < min || value > max) {
      this.fail(`a whole number from ${min} to ${max}`, String(value));
    }
    return value;
  }

  /** A string in which `\hh` stands for a byte; all else is ASCII. */
  string(): Uint8Array {
    const end = this.#next() === quote ? this.#text.indexOf('"', this.#at + 1) : -1;
    if (end < 0) this.fail("a string");
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    const pieces = text.match(/\\[0-9a-f]{2}|[ -\[\]-~]/g) ?? [];
    return Uint8Array.from(
      pieces,
      (piece) => piece.length > 1 ? parseInt(piece.slice(1), 16) : piece.charCodeAt(0),
    );
  }

  /** @param found the word just read; omitted: the text here */
  fail(expected: string, found?: string): never {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    const here = found ?? this.#text.slice(this.#at, this.#at + 20).split("\n")[0];
    throw new AssemblyError(`${this.#name}.wat:${line}: expected ${expected}, found "${here}"`);
  }

  /** Moves to the next character that is neither blank nor comment, and returns its code. */
  #next(): number {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (code <= blank || code === semicolon) {
      if (code === semicolon) {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else this.#at++;
      code = text.charCodeAt(this.#at);
    }
    return code;
  }
}
