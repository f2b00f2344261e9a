import { isLoopback } from "../transport/network_address.ts";

/**
 * Access over HTTP. Without a check, any web page that someone on this machine opens could read the namespace and
 * play notes, because browsers reach loopback addresses: directly (Origin), or through a name that its owner points at
 * 127.0.0.1 after the page has loaded (DNS rebinding; Host). Programs that are no browsers send no Origin.
 */
export class OriginCheck {
  readonly #ownNames: ReadonlySet<string>;
  readonly #allowedOrigins: ReadonlySet<string>;

  /**
   * @param ownNames names by which this machine is reached, without port; loopback names need not be among them
   * @param allowedOrigins of web pages from elsewhere, e.g. `https://surface.example`
   */
  constructor(ownNames: readonly string[], allowedOrigins: readonly string[]) {
    this.#ownNames = new Set(ownNames.map((name) => name.toLowerCase()));
    this.#allowedOrigins = new Set(allowedOrigins);
  }

  /** The reason to turn a request away, as a sentence for its sender; undefined when it is let in. */
  refusal(host: string | null, origin: string | null): string | undefined {
    const name = nameOf(host ?? "");
    if (name === undefined || !(isAddress(name) || this.#isOwn(name))) {
      return `Host: expected an IP address or a name of this machine, found "${host ?? ""}"`;
    }
    if (origin === null || this.#allowedOrigins.has(origin)) return undefined;
    const from = /^https?:\/\//.test(origin) ? nameOf(origin.replace(/^https?:\/\//, "")) : undefined;
    if (from !== undefined && (this.#isOwn(from) || from === name)) return undefined;
    return `Origin: ${origin} is not allowed; list it in UNDERSTUDY_OSCQUERY_ORIGINS`;
  }

  #isOwn(name: string): boolean {
    return isLoopback(name) || this.#ownNames.has(name);
  }
}

/** The name or address before the port, as browsers normalise it; undefined when it is neither. */
function nameOf(host: string): string | undefined {
  if (!/^[\w.\-[\]:%]+$/.test(host)) return undefined;
  try {
    return new URL(`http://${host}/`).hostname.replace(/\.$/, "");
  } catch {
    return undefined;
  }
}

/** DNS rebinding takes a name: an address is not looked up. */
function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d+(\.\d+){3}$/.test(name);
}
