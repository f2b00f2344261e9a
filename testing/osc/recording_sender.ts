import type { PacketSender } from "../../osc/packet/packet_sender.ts";
import { hostAndPort, isLoopback } from "../../osc/transport/network_address.ts";
import { messageText } from "./message_text.ts";
import type { OscMessage } from "../../osc/packet/packet.ts";

/** A sender without a socket, which keeps its answers. */
export interface RecordingSender extends PacketSender {
  readonly replies: OscMessage[];
  /** Removes all answers and returns them as text. */
  answers(): string[];
}

/** A sender at an address. */
export function senderAt(hostname: string, port = 9_000): RecordingSender {
  const replies: OscMessage[] = [];
  return {
    key: hostAndPort(hostname, port),
    hostname,
    isLocal: isLoopback(hostname),
    replies,
    reply: (message) => void replies.push(message),
    answers: () => replies.splice(0).map(messageText),
  };
}
