import { decodePacket, encodePacket, type OscMessage } from "../../osc/packet/codec.ts";
import { until } from "../until.ts";

/** A client of OSCQuery on a WebSocket, which keeps all texts and messages. */
export class WebSocketClient {
  readonly texts: string[] = [];
  readonly messages: OscMessage[] = [];
  readonly closed: Promise<CloseEvent>;
  readonly #socket: WebSocket;

  private constructor(url: string) {
    this.#socket = new WebSocket(url.replace("http", "ws"));
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.texts.push(data);
      else this.messages.push(decodePacket(new Uint8Array(data)) as OscMessage);
    };
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
  }

  /**
   * @param url of the server, with `http`
   * @throws {Error} when the server turns the client away
   */
  static async open(url: string): Promise<WebSocketClient> {
    const client = new WebSocketClient(url);
    const opened = new Promise<true>((resolve) => client.#socket.onopen = () => resolve(true));
    if (await Promise.race([opened, client.closed]) !== true) {
      throw new Error(`${url} turned the client away`);
    }
    return client;
  }

  command(name: string, path: unknown): void {
    this.send(JSON.stringify({ COMMAND: name, DATA: path }));
  }

  set(address: string, value: number): void {
    this.send(encodePacket({ address, args: [{ type: "f", value }] }));
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  valuesOf(address: string): unknown[] {
    return this.messages.filter((message) => message.address === address)
      .map(({ args }) => (args[0] as { value: number }).value);
  }

  /** Waits until the server has answered everything that was sent before. */
  async settled(): Promise<void> {
    const value = this.messages.length;
    const done = () => this.valuesOf("/done").filter((address) => address === "/sync").length;
    const before = done();
    this.send(encodePacket({ address: "/sync", args: [{ type: "i", value }] }));
    await until("the server answered", () => this.valuesOf("/synced").includes(value) && done() > before);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
