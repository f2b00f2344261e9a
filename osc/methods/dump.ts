import { printable } from "../../foundation/printable.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

const maxLineLength = 256;

/**
 * A message as it is written to the log. The arguments of `/login` and of addresses below it are left out, and the texts of
 * an address that does not exist: it may be a secret that was sent to a misspelt one.
 */
export function dumpLine(message: OscMessage, { key }: PacketSender, isKnown = true): string {
  const { address, types, values } = shownParts(message, isKnown);
  return printable(`${key} ${address} ,${types} ${values}`.slice(0, maxLineLength));
}

/** The same as parts, each no longer than a line. */
export function shownParts(
  { address, args }: OscMessage,
  isKnown: boolean,
): { readonly address: string; readonly types: string; readonly values: string } {
  const isSecret = address.split("/", 2)[1] === "login";
  const shown = (arg: OscArgument) => {
    if (!("value" in arg)) return arg.type;
    return isKnown || typeof arg.value === "number" ? String(arg.value) : "(text)";
  };
  const short = (text: string) => text.slice(0, maxLineLength);
  return {
    address: short(address),
    types: short(args.map(({ type }) => type).join("")),
    values: isSecret ? "(not shown)" : short(args.map(shown).join(" ")),
  };
}
