import { isBundle, type OscBundle, type OscMessage } from "../packet/packet.ts";

/** What is known of one address. */
interface Known {
  /** The value that the client shows, as far as can be known; undefined: none yet. */
  value: number | undefined;
  /** To be looked at when values are next sent. */
  due: boolean;
}

/**
 * What one client knows of the values that it follows. A value is sent only when it differs from what the client knows,
 * and only the newest one, so that no echo can circle and no queue can grow. What a client sends itself counts as known;
 * when it was refused, or another client was later, it is sent what holds.
 */
export class ValueEcho {
  readonly #followed = new Map<string, Known>();

  /** Begins to follow an address; the present value is due at once. */
  follow(address: string): void {
    this.#followed.set(address, { value: undefined, due: true });
  }

  leave(address: string): void {
    this.#followed.delete(address);
  }

  follows(address: string): boolean {
    return this.#followed.has(address);
  }

  /** Addresses that no longer exist, or hold something else now, are left. */
  keepOnly(exists: (address: string) => boolean): void {
    for (const address of this.#followed.keys()) if (!exists(address)) this.leave(address);
  }

  /** Something set this address; whether the client cares. */
  touch(address: string): boolean {
    const known = this.#followed.get(address);
    if (known) known.due = true;
    return known !== undefined;
  }

  /** The client itself sent this; whether something may have to be sent back. */
  heard(packet: OscMessage | OscBundle): boolean {
    if (isBundle(packet)) return packet.elements.map((element) => this.heard(element)).includes(true);
    const [argument, ...more] = packet.args;
    const known = this.#followed.get(packet.address);
    if (!known || more.length > 0) return false;
    if (argument?.type === "f" || argument?.type === "i" || argument?.type === "d") {
      known.value = Math.fround(argument.value);
    }
    return known.due = true;
  }

  /** Sends what is due and not known. */
  flush(valueOf: (address: string) => number, send: (message: OscMessage) => void): void {
    for (const [address, known] of this.#followed) {
      if (!known.due) continue;
      known.due = false;
      const value = Math.fround(valueOf(address));
      if (value === known.value) continue;
      known.value = value;
      send({ address, args: [{ type: "f", value }] });
    }
  }
}
