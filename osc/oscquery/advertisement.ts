/**
 * Advertises the addresses of OSC and OSCQuery on the local network, by multicast DNS: `_osc._udp` and `_oscjson._tcp`.
 * Main isolate.
 */
import process from "node:process";
import type { Protocol, Responder } from "@homebridge/ciao";

export interface AdvertisementOptions {
  /** Shown to people; a number is added where the name is taken. */
  readonly name: string;
  readonly oscPort: number;
  readonly queryPort: number;
  /** Advertise only on this machine, because no other could connect. */
  readonly loopbackOnly: boolean;
  /** Gets the final names, once no other machine claims them. */
  readonly onAdvertised: (names: readonly string[]) => void;
  readonly onTrouble: (text: string) => void;
}

/** The advertised services, until {@link Advertisement.stop} says goodbye. */
export class Advertisement {
  readonly #responder: Responder;

  private constructor(responder: Responder) {
    this.#responder = responder;
  }

  /** Begins. Probing for the names takes some seconds; nothing waits for it. */
  static async begin(options: AdvertisementOptions): Promise<Advertisement> {
    const { default: ciao } = await importQuietly();
    const responder = ciao.getResponder(options.loopbackOnly ? { interface: loopbackInterface() } : {});
    const { name, oscPort, queryPort } = options;
    const host = name.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
    // each has its own host name: ciao takes that of its other service for one of another machine
    const services = [
      responder.createService({ name, hostname: `${host}-query`, type: "oscjson", port: queryPort }),
      responder.createService({
        name,
        hostname: `${host}-osc`,
        type: "osc",
        protocol: "udp" as Protocol,
        port: oscPort,
      }),
    ];
    for (const service of services) {
      // without listeners for both, ciao prints a line; the names are reported below
      service.on("name-change", () => {});
      service.on("hostname-change", () => {});
    }
    Promise.all(services.map((service) => service.advertise())).then(
      () => options.onAdvertised(services.map((service) => service.getFQDN())),
      (error) => options.onTrouble(`mDNS: ${String(error)}`),
    );
    return new Advertisement(responder);
  }

  /** Says goodbye, so that browsers forget the names at once, and closes the sockets. */
  async stop(): Promise<void> {
    await this.#responder.shutdown();
  }
}

/** Undoes the change that `source-map-support`, which ciao imports, makes to stack traces and uncaught errors of the isolate. */
async function importQuietly() {
  const { emit } = process;
  const { prepareStackTrace } = Error;
  const ciao = await import("@homebridge/ciao");
  process.emit = emit;
  Error.prepareStackTrace = prepareStackTrace;
  return ciao;
}

function loopbackInterface(): string {
  return Deno.networkInterfaces().find(({ address }) => address === "127.0.0.1")?.name ?? "lo";
}
