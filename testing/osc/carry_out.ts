import type { PacketTarget } from "../../osc/admission/packet_target.ts";
import type { OscBundle, OscMessage } from "../../osc/packet/packet.ts";
import type { PacketSender } from "../../osc/packet/packet_sender.ts";

/** Carries out a whole packet at once, without admission. */
export function carryOut(target: PacketTarget, packet: OscMessage | OscBundle, sender: PacketSender): void {
  const steps = target.begin(packet, sender);
  while (steps && !steps.next().done);
}
