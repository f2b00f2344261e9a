/** OSC messages as a terminal shows them, and as JSON. Text from outside cannot move the cursor. */
import { printable } from "../foundation/printable.ts";
import type { OscArgument, OscMessage } from "../osc/packet/packet.ts";

/** Columns of a description by `/help.reply`, and of a name of `/status.reply`. */
const widths = { address: 26, types: 8, name: 24 } as const;

/** The lines that show a message: address and arguments; of what engines answer, a readable form. */
export function messageLines(message: OscMessage): string[] {
  const { address, args } = message;
  const [first, second, third] = args.map(argumentText);
  if (address === "/status.reply") return pairLines(args);
  if (address === "/help.reply" && args.length === 3) {
    return [`${first.padEnd(widths.address)} ${second.padEnd(widths.types)} ${third}`];
  }
  if (address === "/fail" && args.length === 2) return [`/fail ${first}: ${second}`];
  if (address === "/done") return [`/done ${first}`, ...args.slice(1).map((arg) => `  ${argumentText(arg)}`)];
  return [messageLine(message)];
}

/** Address and arguments on one line; text in quotes where it would not be read as text. */
export function messageLine({ address, args }: OscMessage): string {
  return [printable(address), ...args.map(wordOf)].join(" ");
}

/** For programs: values as JSON has them; blobs, colours and MIDI in hexadecimal, 64-bit integers as text. */
export function messageJson({ address, args }: OscMessage): string {
  return JSON.stringify({ address, types: args.map(typesOf).join(""), args: args.map(jsonOf) });
}

function pairLines(args: readonly OscArgument[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index + 1 < args.length; index += 2) {
    lines.push(`${argumentText(args[index]).padEnd(widths.name)} ${argumentText(args[index + 1])}`);
  }
  return lines;
}

function wordOf(arg: OscArgument): string {
  const text = argumentText(arg);
  const isText = arg.type === "s" || arg.type === "S";
  return isText && (text === "" || /[\s"#]/.test(text) || !Number.isNaN(Number(text)))
    ? JSON.stringify(text)
    : text;
}

function argumentText(arg: OscArgument): string {
  switch (arg.type) {
    case "f":
      return String(Number(arg.value.toPrecision(7)));
    case "s":
    case "S":
    case "c":
      return printable(arg.value);
    case "a":
      return `[ ${arg.value.map(wordOf).join(" ")} ]`;
    case "T":
      return "true";
    case "F":
      return "false";
    case "N":
    case "I":
      return `${arg.type}:`;
    case "i":
    case "d":
    case "h":
      return String(arg.value);
    default:
      return `${arg.type}:${jsonOf(arg)}`;
  }
}

function typesOf(arg: OscArgument): string {
  return arg.type === "a" ? `[${arg.value.map(typesOf).join("")}]` : arg.type;
}

function jsonOf(arg: OscArgument): unknown {
  const hexadecimal = (bytes: Iterable<number>) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  switch (arg.type) {
    case "T":
    case "F":
      return arg.type === "T";
    case "N":
    case "I":
      return null;
    case "h":
      return String(arg.value);
    case "b":
    case "m":
      return hexadecimal(arg.value);
    case "r":
      return hexadecimal([arg.value.red, arg.value.green, arg.value.blue, arg.value.alpha]);
    case "t":
      return hexadecimal(
        [arg.value.seconds, arg.value.fraction].flatMap((word) =>
          [24, 16, 8, 0].map((bits) => word >>> bits & 255)
        ),
      );
    case "a":
      return arg.value.map(jsonOf);
    default:
      return arg.value;
  }
}
