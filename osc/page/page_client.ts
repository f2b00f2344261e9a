import type { EngineMessage, LogLevel, LogLine, OscLine, Want } from "../../dashboard/protocol.ts";
import type { QuerySocket } from "../oscquery/http_listener.ts";
import { nothing } from "./page_message.ts";

/** Beyond this many bytes that wait, pictures and sound are dropped; beyond the other one the page is turned away. */
const maxLossyBytes = 262_144;
const maxWaitingBytes = 4 * 2 ** 20;

/** Lines that wait for the next flush. */
const maxLines = 500;

/** Lines that wait for a page; beyond, the new ones are counted and left out. */
class LineQueue<L> {
  #lines: L[] = [];
  #dropped = 0;

  push(line: L): void {
    if (this.#lines.length < maxLines) this.#lines.push(line);
    else this.#dropped++;
  }

  drain(): { readonly lines: readonly L[]; readonly dropped: number } | undefined {
    if (this.#lines.length === 0 && this.#dropped === 0) return undefined;
    const drained = { lines: this.#lines, dropped: this.#dropped };
    this.#lines = [];
    this.#dropped = 0;
    return drained;
  }

  clear(): void {
    this.#lines = [];
    this.#dropped = 0;
  }
}

/** Log levels from the least severe on. */
const levels: readonly LogLevel[] = ["debug", "info", "warning", "error"];

/**
 * The socket of one page, and what it is to get. Sound, meters and pictures are dropped while the page does not take them; state is
 * kept until it does, in bounded places: the newest value of each parameter, and a number of lines. Main isolate.
 */
export class PageClient {
  readonly id: number;
  want: Want = nothing;
  /** The seat that the page knows of. */
  seat = "";
  readonly #socket: QuerySocket;
  readonly #values = new Set<number>();
  readonly #messages = new LineQueue<OscLine>();
  readonly #lines = new LineQueue<LogLine>();

  constructor(id: number, socket: QuerySocket) {
    this.id = id;
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Sends state. A page that has taken nothing for long is turned away: it comes back and gets everything. */
  send(message: EngineMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** The same, of a text that several pages get. */
  sendText(text: string): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > maxWaitingBytes) {
      return this.close("this page does not take its messages");
    }
    this.#socket.send(text);
  }

  /** Sends what may be lost. Returns false when it was. */
  sendLossy(data: Uint8Array<ArrayBuffer>, isText: boolean): boolean {
    if (!this.isOpen || this.#socket.bufferedAmount > maxLossyBytes) return false;
    this.#socket.send(data, { binary: !isText });
    return true;
  }

  /** A parameter was set. */
  touch(parameter: number): void {
    this.#values.add(parameter);
  }

  /** Another patch plays: values of the one before mean nothing. */
  forgetValues(): void {
    this.#values.clear();
  }

  traffic(line: OscLine): void {
    const { osc } = this.want;
    if (!osc) return;
    const { addressContains = "", senderContains = "" } = osc;
    if (line.address.includes(addressContains) && line.peer.includes(senderContains)) {
      this.#messages.push(line);
    }
  }

  log(line: LogLine): void {
    const { log } = this.want;
    if (log !== undefined && levels.indexOf(line.level) >= levels.indexOf(log)) this.#lines.push(line);
  }

  /** Takes over what the page wants now. Returns whether it begins to want the log. */
  wants(want: Want): boolean {
    const begins = want.log !== undefined && this.want.log !== want.log;
    this.want = want;
    if (begins || want.log === undefined) this.#lines.clear();
    if (want.osc === undefined) this.#messages.clear();
    return begins;
  }

  /** Sends the values and lines that have come together. Returns false when the page is full: then they wait. */
  flush(valueOf: (parameter: number) => number): boolean {
    if (!this.isOpen) return true;
    if (this.#socket.bufferedAmount > maxLossyBytes) return false;
    if (this.#values.size > 0) {
      this.send({
        type: "values",
        values: [...this.#values].map((index) => [index, valueOf(index)] as const),
      });
      this.#values.clear();
    }
    const messages = this.#messages.drain();
    if (messages) this.send({ type: "messages", messages: messages.lines, dropped: messages.dropped });
    const lines = this.#lines.drain();
    if (lines) this.send({ type: "log", ...lines });
    return true;
  }

  close(reason: string): void {
    if (!this.isOpen) return;
    this.#socket.send(JSON.stringify({ type: "goodbye", reason } satisfies EngineMessage));
    this.#socket.close(1000, reason.slice(0, 100));
  }
}
