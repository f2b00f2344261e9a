import type { OscArgument, OscMessage } from "./packet.ts";
import { PacketWriter } from "./packet_writer.ts";

const writer = new PacketWriter();

/** A message that is sent many times and encoded once. */
export class EncodedMessage implements OscMessage {
  readonly address: string;
  readonly args: readonly OscArgument[];
  readonly bytes: Uint8Array<ArrayBuffer>;

  /** Throws TypeError or RangeError when a value does not fit its type. */
  constructor({ address, args }: OscMessage) {
    this.address = address;
    this.args = args;
    this.bytes = writer.write({ address, args }).slice();
  }
}
