import { printable } from "../../foundation/printable.ts";
import type { OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

const maxLineLength = 256;

/** A message as it is written to the log. The arguments of `/login` and of addresses below it are left out. */
export function dumpLine({ address, args }: OscMessage, { key }: PacketSender): string {
  const isSecret = address.split("/", 2)[1] === "login";
  const values = isSecret
    ? "(not shown)"
    : args.map((arg) => "value" in arg ? String(arg.value) : arg.type).join(" ");
  const types = args.map(({ type }) => type).join("");
  return printable(`${key} ${address} ,${types} ${values}`.slice(0, maxLineLength));
}
