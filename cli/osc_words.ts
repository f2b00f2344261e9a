/** OSC messages as people type them: an address and words, whose types are guessed or set by a prefix. */
import { isDecimal } from "../osc/packet/arguments.ts";
import type { OscArgument, OscMessage } from "../osc/packet/packet.ts";
import { immediately, type TimeTag, unixEpochSeconds } from "../osc/packet/time_tag.ts";
import { UsageError } from "./usage_error.ts";

/** Type tags of arguments that have no value. */
const bareTypes = ["T", "F", "N", "I"] as const;

/**
 * A message of an address and its words. Digits are an integer, a number with a point or an exponent a float, `true` and `false`
 * those types, everything else text; `f:1` sets the type of one argument, `,if 60 1` of all.
 *
 * @throws {UsageError}
 */
export function messageOf(words: readonly string[]): OscMessage {
  const [address = "", ...rest] = words;
  if (!address.startsWith("/")) {
    throw new UsageError(`expected an OSC address like /note, found "${address}"`);
  }
  if (/[\s#\0]/.test(address)) {
    throw new UsageError(`${address}: expected an OSC address without spaces and #`);
  }
  if (rest[0]?.startsWith(",")) return { address, args: taggedArguments(rest[0], rest.slice(1)) };
  const place = { at: 0 };
  const args = argumentsUntil(rest, place, false);
  return { address, args };
}

/**
 * The words of one line: separated by spaces, in single or double quotes where they contain some; `#` begins a comment. What stands
 * in quotes is text.
 *
 * @throws {UsageError} when quotes do not close
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"(?!\S)|'([^']*)'(?!\S)|(#.*)|([^\s"'#]\S*))/y;
  for (const end = line.trimEnd().length; pattern.lastIndex < end;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(line);
    if (match === null) throw new UsageError(`expected a closing quote, found ${line.slice(start).trim()}`);
    const [, double, single, comment, plain] = match;
    if (comment !== undefined) break;
    words.push(plain ?? `s:${single ?? double.replace(/\\(.)/g, "$1")}`);
  }
  return words;
}

/** Arguments up to the end, or up to the bracket that closes an array. */
function argumentsUntil(words: readonly string[], place: { at: number }, isArray: boolean): OscArgument[] {
  const args: OscArgument[] = [];
  while (place.at < words.length) {
    const word = words[place.at++];
    if (word === "]" && isArray) return args;
    if (word === "[") args.push({ type: "a", value: argumentsUntil(words, place, true) });
    else args.push(guessed(word));
  }
  if (isArray) throw new UsageError("expected ] after the last value of an array");
  return args;
}

function guessed(word: string): OscArgument {
  const [, type, value] = /^([ifdhsSctbrmTFNI]):(.*)$/s.exec(word) ?? [];
  if (type !== undefined) return typed(type, value, word);
  if (word === "true" || word === "false") return { type: word === "true" ? "T" : "F" };
  if (/^[+-]?\d+$/.test(word)) {
    return isInt32(word) ? { type: "i", value: Number(word) } : typed("h", word, word);
  }
  if (isDecimal(word)) return { type: "f", value: Math.fround(Number(word)) };
  return { type: "s", value: word };
}

function taggedArguments(tags: string, words: readonly string[]): OscArgument[] {
  const types = [...tags.slice(1)];
  const isBare = (type: string) => (bareTypes as readonly string[]).includes(type);
  const count = types.filter((type) => !isBare(type)).length;
  if (count !== words.length) {
    throw new UsageError(
      `${tags}: expected ${count} ${count === 1 ? "value" : "values"}, found ${words.length}`,
    );
  }
  const left = [...words];
  return types.map((type) => {
    const word = isBare(type) ? "" : left.shift()!;
    return typed(type, word.replace(/^s:/s, ""), word);
  });
}

/** Throws {@link UsageError} when the text is no value of that type. */
function typed(type: string, text: string, word: string): OscArgument {
  const refuse = (expected: string): never => {
    throw new UsageError(`expected ${expected} for type ${type}, found "${word}"`);
  };
  switch (type) {
    case "i":
      return isInt32(text) ? { type, value: Number(text) } : refuse("a whole number of 32 bits");
    case "h":
      return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
        ? { type, value: BigInt(text) }
        : refuse("a whole number of 64 bits");
    case "f":
    case "d": {
      if (!isDecimal(text)) return refuse("a number");
      return { type, value: type === "f" ? Math.fround(Number(text)) : Number(text) };
    }
    case "s":
    case "S":
      return { type, value: text };
    case "c":
      return [...text].length === 1 ? { type, value: text } : refuse("one character");
    case "t": {
      const value = text === "now" ? immediately : timeTagOf(Date.parse(text));
      return value === undefined ? refuse("now, or a time like 2030-01-31T20:00:00Z") : { type, value };
    }
    case "b":
      return { type, value: bytesOf(text) ?? refuse("bytes in hexadecimal") };
    case "r":
    case "m": {
      const [red, green, blue, alpha] = fourBytes(text) ?? refuse("four bytes in hexadecimal");
      return type === "m"
        ? { type, value: [red, green, blue, alpha] }
        : { type, value: { red, green, blue, alpha } };
    }
    case "T":
    case "F":
    case "N":
    case "I":
      return text === "" ? { type } : refuse("nothing");
    default:
      throw new UsageError(`there is no type "${type}"; expected one of i f d h s S c t b r m T F N I`);
  }
}

function timeTagOf(unixMs: number): TimeTag | undefined {
  const seconds = Math.floor(unixMs / 1_000) + unixEpochSeconds;
  if (!(seconds >= 0 && seconds < 2 ** 32)) return undefined;
  return { seconds, fraction: Math.floor((unixMs - Math.floor(unixMs / 1_000) * 1_000) / 1_000 * 2 ** 32) };
}

function isInt32(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0);
}

function fourBytes(text: string): Uint8Array | undefined {
  const bytes = bytesOf(text);
  return bytes?.length === 4 ? bytes : undefined;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^([0-9a-f]{2})*$/i.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
