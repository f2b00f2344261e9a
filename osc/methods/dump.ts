import type { OscArgument, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

const maxLineLength = 256;

const hidden = "(not shown)";

/**
 * A message as `/dump 1` writes it to the log. The arguments of `/login` and of addresses below it are left out, and texts that are
 * sent to an address which is none: it may be a misspelt `/login`, or a pattern for it.
 *
 * @param isMethod whether there is a method of this very address
 */
export function dumpLine({ address, args }: OscMessage, { key }: PacketSender, isMethod: boolean): string {
  const isSecret = address.split("/", 2)[1] === "login";
  const shown = (arg: OscArgument) => {
    if (!("value" in arg)) return arg.type;
    return isMethod || typeof arg.value === "number" ? String(arg.value) : hidden;
  };
  const values = isSecret ? hidden : args.map(shown).join(" ");
  return `${key} ${address} ,${args.map(({ type }) => type).join("")} ${values}`.slice(0, maxLineLength);
}
