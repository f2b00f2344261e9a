import type { OscBundle, OscMessage } from "./packet.ts";

/** Where a packet came from, and the way back. */
export interface PacketSender {
  /** Identifies the sender: address and port, after `tcp` or `ws` where the transport is not UDP. */
  readonly key: string;
  readonly hostname: string;
  /** Whether the sender is on this machine. */
  readonly isLocal: boolean;
  /** Whether a handshake has proved the address. One of UDP can be forged. */
  readonly isProven?: boolean;
  /** It may ask and listen and change nothing, whatever its address may do. */
  readonly isReadOnly?: boolean;
  reply(message: OscMessage): void;
  /**
   * Sends all that follows to another port of the sender's own host, 0: to the one that it sends from. Omitted where answers
   * go over a connection. Returns whether it may be so: an engine does not answer itself.
   */
  setReplyPort?(port: number): boolean;
  /** Called with each packet of this sender that was let in and read, before it is carried out. */
  onRead?(packet: OscMessage | OscBundle): void;
}
