/** A message of OSC as it is typed: an address, then numbers and texts; a text with spaces stands in quotes. */
import type { OscValue } from "../../protocol.ts";

/** The message, or a sentence that says what is wrong with it. */
export function oscWords(
  text: string,
): { readonly address: string; readonly args: readonly OscValue[] } | string {
  const words = text.trim().match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const [address = "", ...rest] = words;
  if (!/^\/[^\s#,"]+$/.test(address)) {
    return "Expected an address that begins with a slash, such as /note 60 0.8.";
  }
  return { address, args: rest.map(valueOf) };
}

/** A number with a point is a float, one without an integer, as velocities need it. */
function valueOf(word: string): OscValue {
  if (/^[+-]?\d+$/.test(word) && Math.abs(Number(word)) < 2 ** 31) return { type: "i", value: Number(word) };
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return { type: "f", value: Number(word) };
  if (word === "true") return { type: "T" };
  if (word === "false") return { type: "F" };
  return { type: "s", value: word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word };
}
