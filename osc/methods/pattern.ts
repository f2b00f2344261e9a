/**
 * Address patterns: `?` one character, `*` any number, `[a-z]` `[!abc]` one of a list, `{foo,bar}` one of some texts, none
 * of which crosses a `/`; `//` any number of levels, even none.
 *
 * Patterns come from the network, so no pattern may cost more than another: one is compiled to a small program whose
 * possible positions are followed side by side (Thompson, "Regular expression search algorithm", 1968). A match takes at
 * most characters × steps, without backtracking, and a pattern longer than any sensible one is refused.
 */

/** A pattern that cannot be understood; the message names the character and what was expected there. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/** Longest pattern that is accepted, in characters. */
export const maxPatternLength = 256;

/** One step: consumes a character that it allows, or continues at several other steps. */
type Step =
  | { readonly do: "take"; readonly allows: (code: number) => boolean }
  | { readonly do: "branch"; readonly to: readonly number[] };

const slash = 0x2F;
const notSlash = (code: number) => code !== slash;
const anything = () => true;
const reserved = /[?*[\]{}]|\/\//;

/** Whether an address is a pattern: it holds characters that the address of a method may not hold. */
export function isPattern(address: string): boolean {
  return reserved.test(address);
}

/** A compiled pattern. Main isolate; comparing allocates nothing. */
export class AddressPattern {
  readonly #steps: readonly Step[];
  /** An address that does not start with this, or is shorter than `#shortest`, cannot match. */
  readonly #prefix: string;
  readonly #shortest: number;
  #now: Uint16Array<ArrayBuffer>;
  #next: Uint16Array<ArrayBuffer>;
  readonly #stack: Uint16Array<ArrayBuffer>;
  /** The round in which each step was last put on the list. */
  readonly #seen: Uint32Array<ArrayBuffer>;
  #round = 0;

  /** @throws {PatternError} */
  constructor(pattern: string) {
    const compiled = new PatternCompiler(pattern).compile();
    this.#steps = compiled.steps;
    this.#shortest = compiled.shortest;
    this.#prefix = pattern.slice(0, pattern.search(reserved));
    const room = compiled.steps.length + 1;
    this.#now = new Uint16Array(room);
    this.#next = new Uint16Array(room);
    this.#stack = new Uint16Array(room * 2);
    this.#seen = new Uint32Array(room);
  }

  /** Whether the whole address matches. */
  matches(address: string): boolean {
    if (address.length < this.#shortest || !address.startsWith(this.#prefix)) return false;
    if (this.#round > 0xFFFF0000) this.#seen.fill(this.#round = 0);
    this.#round++;
    let count = this.#put(0, this.#now, 0);
    for (let at = 0; at < address.length && count > 0; at++) {
      const code = address.charCodeAt(at);
      this.#round++;
      let following = 0;
      for (let place = 0; place < count; place++) {
        const step = this.#steps[this.#now[place]];
        if (step?.do === "take" && step.allows(code)) {
          following = this.#put(this.#now[place] + 1, this.#next, following);
        }
      }
      [this.#now, this.#next] = [this.#next, this.#now];
      count = following;
    }
    return this.#seen[this.#steps.length] === this.#round;
  }

  /** Puts a step on the list, or all steps that it branches to; each once in a round. Returns the length of the list. */
  #put(first: number, list: Uint16Array, count: number): number {
    let waiting = 0;
    this.#stack[waiting++] = first;
    while (waiting > 0) {
      const at = this.#stack[--waiting];
      if (this.#seen[at] === this.#round) continue;
      this.#seen[at] = this.#round;
      const step = this.#steps[at];
      if (step?.do !== "branch") list[count++] = at;
      else for (const to of step.to) if (this.#seen[to] !== this.#round) this.#stack[waiting++] = to;
    }
    return count;
  }
}

/** Reads a pattern once, from left to right. */
class PatternCompiler {
  readonly #pattern: string;
  readonly #steps: Step[] = [];
  #shortest = 0;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  compile(): { steps: readonly Step[]; shortest: number } {
    if (this.#pattern.length > maxPatternLength) {
      throw new PatternError(
        `expected a pattern of at most ${maxPatternLength} characters, found ${this.#pattern.length}`,
      );
    }
    if (!this.#pattern.startsWith("/")) throw this.#malformed(0, `"/"`);
    while (this.#at < this.#pattern.length) this.#element(this.#pattern[this.#at]);
    return { steps: this.#steps, shortest: this.#shortest };
  }

  #element(character: string): void {
    switch (character) {
      case "/":
        return this.#pattern[this.#at + 1] === "/" ? this.#levels() : this.#one(is(slash));
      case "?":
        return this.#one(notSlash);
      case "*":
        while (this.#pattern[this.#at] === "*") this.#at++;
        return this.#any(notSlash);
      case "[":
        return this.#list();
      case "{":
        return this.#texts();
      case "]":
      case "}":
        throw this.#malformed(this.#at, `"${character}" only after "${character === "]" ? "[" : "{"}"`);
      default:
        return this.#one(is(character.charCodeAt(0)));
    }
  }

  #one(allows: (code: number) => boolean): void {
    this.#take(allows);
    this.#shortest++;
    this.#at++;
  }

  #take(allows: (code: number) => boolean): void {
    this.#steps.push({ do: "take", allows });
  }

  /** Any number of characters. */
  #any(allows: (code: number) => boolean): void {
    const start = this.#steps.length;
    this.#steps.push({ do: "branch", to: [start + 1, start + 3] });
    this.#take(allows);
    this.#steps.push({ do: "branch", to: [start] });
  }

  /** Two slashes or more: one slash, or two with anything between them; at the end also what follows. */
  #levels(): void {
    while (this.#pattern[this.#at] === "/") this.#at++;
    this.#take(is(slash));
    this.#shortest++;
    const start = this.#steps.length;
    this.#steps.push({ do: "branch", to: [start + 1, start + 5] });
    this.#any(anything);
    this.#take(is(slash));
    if (this.#at < this.#pattern.length) return;
    this.#take(anything);
    this.#any(anything);
    this.#shortest++;
  }

  #list(): void {
    const end = this.#closing("]");
    let characters = this.#pattern.slice(this.#at + 1, end);
    const negated = characters.startsWith("!");
    if (negated) characters = characters.slice(1);
    const ranges: [number, number][] = [];
    for (let at = 0; at < characters.length;) {
      const isRange = characters[at + 1] === "-" && at + 2 < characters.length;
      const bounds = [characters.charCodeAt(at), characters.charCodeAt(isRange ? at + 2 : at)];
      ranges.push([Math.min(...bounds), Math.max(...bounds)]);
      at += isRange ? 3 : 1;
    }
    this.#at = end;
    this.#one((code) =>
      code !== slash && ranges.some(([low, high]) => code >= low && code <= high) !== negated
    );
  }

  #texts(): void {
    const end = this.#closing("}");
    const texts = this.#pattern.slice(this.#at + 1, end).split(",");
    const starts: number[] = [];
    this.#steps.push({ do: "branch", to: starts });
    const exits: number[][] = [];
    for (const text of texts) {
      starts.push(this.#steps.length);
      for (let at = 0; at < text.length; at++) this.#take(is(text.charCodeAt(at)));
      const exit: number[] = [];
      exits.push(exit);
      this.#steps.push({ do: "branch", to: exit });
    }
    for (const exit of exits) exit.push(this.#steps.length);
    this.#shortest += Math.min(...texts.map((text) => text.length));
    this.#at = end + 1;
  }

  /** The end of the bracket, which may hold neither another bracket nor a `/`. */
  #closing(bracket: string): number {
    for (let at = this.#at + 1; at < this.#pattern.length; at++) {
      const character = this.#pattern[at];
      if (character === bracket) return at;
      if ("/[]{}".includes(character)) throw this.#malformed(at, `"${bracket}", found "${character}"`);
    }
    throw this.#malformed(this.#pattern.length, `"${bracket}", found the end`);
  }

  #malformed(at: number, expected: string): PatternError {
    return new PatternError(`pattern, character ${at}: expected ${expected}`);
  }
}

function is(wanted: number): (code: number) => boolean {
  return (code) => code === wanted;
}
