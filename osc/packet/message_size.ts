import { EncodedMessage } from "./encoded_message.ts";
import type { OscArgument, OscMessage } from "./packet.ts";

/** The size of a message in bytes: exact for texts of ASCII, a little less for others. Allocates nothing. */
export function messageSize(message: OscMessage): number {
  if (message instanceof EncodedMessage) return message.bytes.length;
  const { address, args } = message;
  return padded(address.length + 1) + padded(tagsOf(args) + 2) + sizeOf(args);
}

/** Type tags; an array has two besides those of its arguments. */
function tagsOf(args: readonly OscArgument[]): number {
  let tags = args.length;
  for (const argument of args) if (argument.type === "a") tags += 1 + tagsOf(argument.value);
  return tags;
}

function sizeOf(args: readonly OscArgument[]): number {
  let size = 0;
  for (const argument of args) {
    switch (argument.type) {
      case "s":
      case "S":
        size += padded(argument.value.length + 1);
        break;
      case "b":
        size += 4 + ((argument.value.length + 3) & ~3);
        break;
      case "h":
      case "t":
      case "d":
        size += 8;
        break;
      case "a":
        size += sizeOf(argument.value);
        break;
      case "T":
      case "F":
      case "N":
      case "I":
        break;
      default:
        size += 4;
    }
  }
  return size;
}

/** Texts end with at least one zero, so that their size is a multiple of four. */
function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}
