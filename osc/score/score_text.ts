/**
 * Scores as text, one message in each line: `SECONDS /address [,types] argument ...`. Blank lines, and comments after `#`,
 * are skipped. Without a type tag string, digits alone are an integer, a number with a point or an exponent is a float, and
 * text in double quotes is a string.
 */
import { isDecimal } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/codec.ts";
import type { ScoreBundle, ScoreTime } from "./score_bundle.ts";
import { ScoreError } from "./score_error.ts";

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** One bundle for each line, in the order of the text. Throws {@link ScoreError} with the line. */
export function readScoreText(text: string, name: string): ScoreBundle[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const where = `${name}:${index + 1}`;
    const [time, address, ...rest] = tokensOf(line, where);
    if (time === undefined) return [];
    if (address === undefined || address.quoted || !address.text.startsWith("/")) {
      throw new ScoreError(where, `expected an address like /note after the time, found ${shown(address)}`);
    }
    const message = { address: address.text, args: argumentsOf(rest, where) };
    return [{ time: timeOf(time, where), messages: [message], where }];
  });
}

function tokensOf(line: string, where: string): Token[] {
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"(?!\S)|(#.*)|([^\s"#]\S*))/y;
  const tokens: Token[] = [];
  for (const end = line.trimEnd().length; pattern.lastIndex < end;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(line);
    if (!match) {
      throw new ScoreError(where, `expected a closing quote, found ${line.slice(start).trim()}`);
    }
    if (match[2] !== undefined) break;
    tokens.push(
      match[1] === undefined
        ? { text: match[3], quoted: false }
        : { text: match[1].replace(/\\(.)/g, "$1"), quoted: true },
    );
  }
  return tokens;
}

/** The decimal as it was written: a fraction of two whole numbers. */
function timeOf(token: Token, where: string): ScoreTime {
  const match = /^(\d*)\.?(\d*)$/.exec(token.text);
  if (token.quoted || !match || token.text === "." || token.text === "") {
    throw new ScoreError(where, `expected a time in seconds like 1.5, found ${shown(token)}`);
  }
  const [, whole, fraction] = match;
  return { numerator: BigInt(whole + fraction), denominator: 10n ** BigInt(fraction.length) };
}

function argumentsOf(tokens: readonly Token[], where: string): OscArgument[] {
  const [first, ...rest] = tokens;
  if (first === undefined || first.quoted || !first.text.startsWith(",")) {
    return tokens.map((token) => untyped(token, where));
  }
  const args: OscArgument[] = [];
  let next = 0;
  for (const type of first.text.slice(1)) {
    if (type === "T" || type === "F" || type === "N" || type === "I") args.push({ type });
    else args.push(typed(type, rest[next++], where));
  }
  if (next < rest.length) {
    throw new ScoreError(where, `expected ${next} arguments for ${first.text}, found ${rest.length}`);
  }
  return args;
}

function untyped(token: Token, where: string): OscArgument {
  if (token.quoted) return { type: "s", value: token.text };
  if (/^[+-]?\d+$/.test(token.text)) return typed("i", token, where);
  if (isDecimal(token.text)) return typed("f", token, where);
  throw new ScoreError(where, `expected a number or a "text" in quotes, found ${shown(token)}`);
}

/** Floats are rounded to 32 bits, as they are in a packet. */
function typed(type: string, token: Token | undefined, where: string): OscArgument {
  const text = token?.text ?? "";
  const isNumber = !token?.quoted && isDecimal(text);
  if (type === "s" && token) return { type, value: text };
  if (type === "f" && isNumber) return { type, value: Math.fround(Number(text)) };
  if (type === "d" && isNumber) return { type, value: Number(text) };
  const isInteger = isNumber && /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0);
  if (type === "i" && isInteger) return { type, value: Number(text) };
  const kinds: Record<string, string> = {
    i: "a whole number of 32 bits",
    f: "a number",
    d: "a number",
    s: "a text",
  };
  if (kinds[type] === undefined) {
    throw new ScoreError(where, `expected type tags of i f d s T F N I, found "${type}"`);
  }
  throw new ScoreError(where, `expected ${kinds[type]} for type ${type}, found ${shown(token)}`);
}

function shown(token: Token | undefined): string {
  return token === undefined ? "the end of the line" : `"${token.text}"`;
}
