/** A network that loses packets, changes their order and sends some twice, as a relay between two ports of the loopback. */
import { SeededRandom } from "../seeded_random.ts";

export interface BadNetworkOptions {
  /** Port that packets go on to. */
  readonly to: number;
  readonly seed: number;
  /** Shares of all packets, 0..1. */
  readonly lost?: number;
  readonly twice?: number;
  /** Packets that later ones overtake. */
  readonly overtaken?: number;
}

/** To be closed. */
export class BadNetwork {
  readonly #options: BadNetworkOptions;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #running: Promise<void>;
  readonly counts = { lost: 0, twice: 0, overtaken: 0, cut: 0 };
  #isCut = false;

  constructor(options: BadNetworkOptions) {
    this.#options = options;
    this.#running = this.#relay();
  }

  /** Port that packets are to be sent to. */
  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Nothing passes any more. */
  cut(): void {
    this.#isCut = true;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#running;
  }

  async #relay(): Promise<void> {
    const { to, seed, lost = 0, twice = 0, overtaken = 0 } = this.#options;
    const random = new SeededRandom(seed);
    const receiver = { transport: "udp", hostname: "127.0.0.1", port: to } as const;
    const send = async (bytes: Uint8Array) => void await this.#socket.send(bytes, receiver);
    let held: Uint8Array | undefined;
    for await (const [data] of this.#socket) {
      if (this.#isCut) this.counts.cut++;
      else if (random.next() < lost) this.counts.lost++;
      else if (held === undefined && random.next() < overtaken) {
        this.counts.overtaken++;
        held = Uint8Array.from(data);
      } else {
        await send(data);
        if (random.next() < twice) {
          this.counts.twice++;
          await send(data);
        }
        if (held) await send(held);
        held = undefined;
      }
    }
  }
}
