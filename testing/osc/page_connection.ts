import type { EngineMessage, PageMessage } from "../../dashboard/protocol.ts";
import { until } from "../until.ts";

type Typed<T extends EngineMessage["type"]> = Extract<EngineMessage, { readonly type: T }>;

/** A page without a browser: it keeps all messages that it gets. */
export class PageConnection {
  readonly messages: EngineMessage[] = [];
  /** Binary messages. */
  readonly samples: ArrayBuffer[] = [];
  readonly closed: Promise<CloseEvent>;
  readonly #socket: WebSocket;

  private constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace("http", "ws")}/ui/socket`);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.messages.push(JSON.parse(data));
      else this.samples.push(data);
    };
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
  }

  /** @param url of the server, with `http`. Throws where the page is turned away before it is open. */
  static async open(url: string): Promise<PageConnection> {
    const page = new PageConnection(url);
    const opened = new Promise<true>((resolve) => page.#socket.onopen = () => resolve(true));
    if (await Promise.race([opened, page.closed]) !== true) throw new Error(`${url} turned the page away`);
    return page;
  }

  send(message: PageMessage | string): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  all<T extends EngineMessage["type"]>(type: T): Typed<T>[] {
    return this.messages.filter((message): message is Typed<T> => message.type === type);
  }

  /** Waits for a message of this type that fits, among those that came and those that come. */
  async get<T extends EngineMessage["type"]>(
    type: T,
    fits: (message: Typed<T>) => boolean = () => true,
  ): Promise<Typed<T>> {
    let found: Typed<T> | undefined;
    await until(`a message ${type}`, () => (found = this.all(type).find(fits)) !== undefined);
    return found!;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
