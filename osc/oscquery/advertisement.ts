/**
 * Tells the local network, by multicast DNS, where OSC and OSCQuery are: `_osc._udp` and `_oscjson._tcp`. Main isolate.
 */
import process from "node:process";
import type { Protocol, Responder } from "@homebridge/ciao";

export interface AdvertisementOptions {
  /** Shown to people; another number is added where the name is taken. */
  readonly name: string;
  readonly oscPort: number;
  readonly queryPort: number;
  /** Only on this machine, because nobody else could connect. */
  readonly loopbackOnly: boolean;
  /** Told of the names as they are once nobody else has them. */
  readonly onAdvertised: (names: readonly string[]) => void;
  readonly onTrouble: (text: string) => void;
}

/** What is advertised, until {@link Advertisement.stop} says goodbye. */
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
    // each its own host name: ciao takes a host name that its other service has for somebody else's
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
      // both have to be listened to, or a line is printed on the terminal; the names are told below
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

/** ciao brings `source-map-support`, which rewrites stack traces and uncaught errors of the whole isolate; that is undone. */
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
