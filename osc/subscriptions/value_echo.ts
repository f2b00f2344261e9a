import { numberOf } from "../packet/arguments.ts";
import { isBundle, type OscBundle, type OscMessage } from "../packet/packet.ts";

/** The client's knowledge of one address. */
interface Known {
  /** The value that the client shows, as far as the engine can know; undefined: none yet. */
  value: number | undefined;
  /** Whether the value is compared, and sent if it differs, at the next flush. */
  due: boolean;
}

/**
 * The values that one client follows, and those that it shows. A value is sent only when the client shows another, and only
 * the newest one, so that no echo can circle and no queue can grow. A value that the client sends itself counts as shown;
 * when it was refused, or another client set a later one, the client is sent the value that holds.
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

  /** Leaves the addresses that no longer exist. */
  keepOnly(exists: (address: string) => boolean): void {
    for (const address of this.#followed.keys()) if (!exists(address)) this.leave(address);
  }

  /** The value at this address was set. Returns whether the client follows it. */
  touch(address: string): boolean {
    const known = this.#followed.get(address);
    if (known) known.due = true;
    return known !== undefined;
  }

  /** The client itself sent this packet. Returns whether a value may have to be sent back. */
  heard(packet: OscMessage | OscBundle): boolean {
    if (isBundle(packet)) return packet.elements.map((element) => this.heard(element)).includes(true);
    const [argument, ...more] = packet.args;
    const known = this.#followed.get(packet.address);
    if (!known || more.length > 0) return false;
    const value = argument && numberOf(argument);
    if (value !== undefined) known.value = Math.fround(value);
    return known.due = true;
  }

  /** Sends the values that are due and differ from those that the client shows. */
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
