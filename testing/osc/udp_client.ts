import { decodePacket, encodePacket } from "../../osc/packet/codec.ts";
import { isBundle, type OscArgument, type OscBundle, type OscMessage } from "../../osc/packet/packet.ts";
import { messageText } from "./message_text.ts";
import { until } from "../until.ts";

/** Limit of an answer in milliseconds: a busy machine may take a minute for the rehearsal of a patch. */
const patienceMs = 180_000;

/** A sender on a socket of its own, which keeps every answer. */
export class UdpClient {
  readonly answers: OscMessage[] = [];
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #to: Deno.NetAddr;
  readonly #finished: Promise<void>;
  #open = true;

  constructor(address: string) {
    const at = address.lastIndexOf(":");
    this.#to = { transport: "udp", hostname: "127.0.0.1", port: Number(address.slice(at + 1)) };
    this.#finished = this.#receive();
  }

  /** The port that it sends from and listens on. */
  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  send(packet: OscMessage | OscBundle): Promise<number> {
    return this.sendRaw(encodePacket(packet));
  }

  sendRaw(bytes: Uint8Array): Promise<number> {
    return this.#socket.send(bytes, this.#to);
  }

  /** Sends a message: types as letters, then the values. */
  say(address: string, types = "", ...values: readonly (number | string)[]): Promise<number> {
    return this.send({
      address,
      args: values.map((value, index) => ({ type: types[index], value }) as OscArgument),
    });
  }

  /** Says something and returns everything that is answered until it is done or has failed, as text. */
  async ask(address: string, types = "", ...values: readonly (number | string)[]): Promise<string[]> {
    const from = this.answers.length;
    await this.say(address, types, ...values);
    const isLast = (message: OscMessage) =>
      ["/done", "/fail"].includes(message.address) && messageText(message).split(" ")[1] === address;
    const last = () => this.answers.findIndex((message, index) => index >= from && isLast(message));
    await until(`${address} is answered`, () => last() >= 0, patienceMs);
    return this.answers.slice(from, last() + 1).map(messageText); // an event may already stand behind it
  }

  /** Answers with an address, as text. */
  heard(address: string): string[] {
    return this.answers.filter((message) => message.address === address).map(messageText);
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#socket.close();
    await this.#finished;
  }

  async #receive(): Promise<void> {
    while (this.#open) {
      try {
        const [bytes] = await this.#socket.receive();
        const packet = decodePacket(bytes);
        if (!isBundle(packet)) this.answers.push(packet);
      } catch (error) {
        if (this.#open) throw error;
      }
    }
  }
}
