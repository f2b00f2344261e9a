import type { PacketTarget } from "../../osc/admission/packet_target.ts";
import type { OscBundle, OscMessage } from "../../osc/packet/packet.ts";
import type { PacketSender } from "../../osc/packet/packet_sender.ts";
import { text } from "../../osc/packet/reply.ts";

/** Answers every message with `/echo`, its address and its sender's key, and keeps messages and senders; `/break` throws. */
export class Echo implements PacketTarget {
  readonly messages: OscMessage[] = [];
  readonly senders = new Set<PacketSender>();

  begin(packet: OscMessage | OscBundle, sender: PacketSender): void {
    const message = packet as OscMessage;
    this.messages.push(message);
    this.senders.add(sender);
    if (message.address === "/break") throw new Error("a handler breaks");
    sender.reply({ address: "/echo", args: [text(message.address), text(sender.key)] });
  }

  /** First arguments of the messages so far. */
  get numbers(): number[] {
    return this.messages.map(({ args: [arg] }) => (arg as { value: number }).value);
  }
}

/** The message `/n` with a number. */
export function numbered(number: number): OscMessage {
  return { address: "/n", args: [{ type: "i", value: number }] };
}
