import type { OscBundle, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

/** The rest of a long packet: each call of `next` does a little of it. */
export type Steps = Iterator<unknown, void>;

/** Carries out packets; `AddressSpace` is one. */
export interface PacketTarget {
  /** Carries out a packet, or begins to; returns the rest of the work, if there is any. */
  begin(packet: OscMessage | OscBundle, sender: PacketSender): Steps | void;
}
