import { BlockList, isIP } from "node:net";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A list of networks that cannot be read; the message names the wrong part and what was expected. */
export class NetworkListError extends ExitError {
  override readonly name = "NetworkListError";
  override readonly exitCode = exitCodes.usage;
}

/**
 * Networks as people write them: `192.168.1.0/24, 10.0.0.7, fd00::/8`. A single address is a network of one. IPv4 on a
 * socket of IPv6 counts as IPv4.
 */
export class NetworkList {
  readonly #blocks = new BlockList();
  readonly #text: string;
  readonly #prefix: string;

  /**
   * @param name of the setting, for the error
   * @throws {NetworkListError}
   */
  constructor(text: string, name?: string) {
    this.#prefix = name === undefined ? "" : `${name}: `;
    const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
    for (const part of parts) this.#add(part);
    this.#text = parts.join(", ");
  }

  /** Whether the list is empty. */
  get isEmpty(): boolean {
    return this.#text === "";
  }

  toString(): string {
    return this.#text;
  }

  /** Whether an address lies in one of the networks; a name lies in none. */
  has(hostname: string): boolean {
    const address = withoutZone(hostname);
    const version = isIP(address);
    return version !== 0 && this.#blocks.check(address, version === 4 ? "ipv4" : "ipv6");
  }

  #add(part: string): void {
    const [address, prefix, ...rest] = part.split("/");
    const version = isIP(address);
    const longest = version === 4 ? 32 : 128;
    const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (version === 0 || rest.length > 0 || bits < 0 || bits > longest || address.includes("%")) {
      throw new NetworkListError(
        `${this.#prefix}expected networks like 192.168.1.0/24 or fd00::/8, separated by commas, found "${part}"`,
      );
    }
    this.#blocks.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  }
}

/** Link-local addresses carry the interface of their packet: `fe80::1%eth0`. */
function withoutZone(hostname: string): string {
  const at = hostname.indexOf("%");
  return at < 0 ? hostname : hostname.slice(0, at);
}
