import type { EngineControl } from "../../engine/control/control.ts";
import type { AdmissionControl } from "../admission/admission.ts";
import type { MethodDescription } from "../methods/method_description.ts";
import { isLoopback, splitHostAndPort } from "../transport/network_address.ts";
import { Advertisement } from "./advertisement.ts";
import type { HttpRoute } from "./route_table.ts";
import { OscQueryServer } from "./server.ts";

export interface QueryServiceOptions {
  readonly hostname: string;
  /** `off` serves nothing. */
  readonly port: number | "off";
  readonly allowedOrigins: readonly string[];
  readonly advertise: boolean;
  /** See `OscQueryServerOptions`. */
  readonly maxConnections?: number;
  /** Where the OSC listener is, e.g. `127.0.0.1:57130`. */
  readonly oscAddress: string;
  readonly engine: EngineControl;
  /** The OSC address space. */
  readonly space: { readonly methods: readonly MethodDescription[] };
  /** Gets the packets of WebSockets. */
  readonly admission: AdmissionControl;
  /** See `OscQueryServerOptions`. */
  readonly routes?: readonly HttpRoute[];
  readonly log: { info(text: string): void; warning(text: string): void };
}

/**
 * OSCQuery and its advertisement as the program runs them. The engine plays without them: a port that is taken, or a network
 * without multicast, is only a warning.
 */
export class QueryService {
  readonly #log: QueryServiceOptions["log"];
  #server: OscQueryServer | undefined;
  #advertisement: Promise<Advertisement | undefined> | undefined;

  constructor(options: QueryServiceOptions) {
    const { port, hostname, engine, space, admission, allowedOrigins, log } = options;
    this.#log = log;
    if (port === "off") {
      if (options.advertise) log.warning("mDNS: nothing is advertised while UNDERSTUDY_OSCQUERY_PORT is off");
      return;
    }
    const osc = splitHostAndPort(options.oscAddress);
    const name = `Understudy on ${Deno.hostname()}`;
    try {
      this.#server = new OscQueryServer({
        hostname,
        port,
        name,
        osc,
        engine,
        methods: () => space.methods,
        admission,
        allowedOrigins,
        maxConnections: options.maxConnections,
        routes: options.routes,
      });
    } catch (error) {
      log.warning(`no OSCQuery: ${refusalOf(error, hostname, port)}`);
      return;
    }
    log.info(`OSCQuery on ${this.#server.url}`);
    if (options.advertise) {
      this.#advertisement = Advertisement.begin({
        name,
        oscPort: osc.port,
        queryPort: this.#server.port,
        loopbackOnly: isLoopback(osc.hostname) || isLoopback(hostname),
        onAdvertised: (names) => log.info(`advertised by mDNS: ${names.join(", ")}`),
        onTrouble: (text) => log.warning(text),
      }).catch((error) => void log.warning(`mDNS: ${String(error)}`));
    }
  }

  /** Where OSCQuery is served; undefined when it is not. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** Ends the advertisement and frees the port. Safe to repeat. */
  async stop(): Promise<void> {
    const advertisement = await this.#advertisement;
    this.#advertisement = undefined;
    await Promise.all([
      this.#server?.stop(),
      advertisement?.stop().catch((error) => this.#log.warning(`mDNS: ${String(error)}`)),
    ]);
  }
}

function refusalOf(error: unknown, hostname: string, port: number): string {
  return error instanceof Deno.errors.AddrInUse
    ? `TCP port ${port} on ${hostname} is taken, perhaps by another engine; set UNDERSTUDY_OSCQUERY_PORT`
    : `${hostname}:${port}: ${String(error)}; set UNDERSTUDY_OSCQUERY_HOST to an address of this machine`;
}
