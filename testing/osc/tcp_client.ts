import {
  decodePacket,
  encodePacket,
  isBundle,
  type OscBundle,
  type OscMessage,
} from "../../osc/packet/codec.ts";
import { frame, frameReader, type Framing } from "../../osc/transport/framing.ts";

/** A client on TCP that collects what it is answered. */
export class TcpClient {
  readonly #connection: Deno.TcpConn;
  readonly #framing: Framing;
  readonly #reader;
  readonly #answers: string[] = [];

  private constructor(connection: Deno.TcpConn, framing: Framing) {
    this.#connection = connection;
    this.#framing = framing;
    this.#reader = frameReader(framing);
  }

  static async connect(address: string, framing: Framing): Promise<TcpClient> {
    const { hostname, port } = new URL(`http://${address}`);
    return new TcpClient(
      await Deno.connect({ hostname: hostname.replace(/[[\]]/g, ""), port: Number(port) }),
      framing,
    );
  }

  async send(packet: OscMessage | OscBundle): Promise<void> {
    await this.sendRaw(frame(this.#framing, encodePacket(packet)));
  }

  async sendRaw(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** The next answer as text; undefined when the connection has ended. */
  async answer(): Promise<string | undefined> {
    const piece = new Uint8Array(4_096);
    while (this.#answers.length === 0) {
      const count = await this.#connection.read(piece).catch(() => null);
      if (count === null) return undefined;
      this.#reader.push(piece.subarray(0, count), (bytes) => {
        const packet = decodePacket(bytes);
        if (isBundle(packet)) throw new Error("a bundle as an answer");
        const values = packet.args.map((arg) => (arg as { value: unknown }).value);
        this.#answers.push([packet.address, ...values].join(" "));
      }, (error) => {
        throw error;
      });
    }
    return this.#answers.shift();
  }

  close(): void {
    this.#connection.close();
  }
}
