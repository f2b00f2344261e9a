import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { Config } from "../config/settings.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import type { ShowServices } from "../engine/show/show_host.ts";
import { encodePacket, type OscArgument } from "../osc/packet/codec.ts";

export interface ShowServicesOptions {
  readonly config: Config;
  readonly loadPatch: (nameOrFile: string) => Promise<unknown>;
}

/** What shows need beside the engine: patches, and messages to other machines. Main isolate. */
export class ShowMessages {
  readonly #sockets = new Map<"udp4" | "udp6", Promise<Socket>>();

  services({ config, loadPatch }: ShowServicesOptions): ShowServices {
    const folder = config.show === undefined ? Deno.cwd() : dirname(resolve(config.show));
    return {
      ...{ channels: config.channels, loadPatch },
      // loaded on demand: with it come all ready patches
      patchProblem: async (patch, folder) => (await import("./check_show.ts")).patchProblem(patch, folder),
      allowedShow: (file) => {
        const path = resolve(folder, file);
        if (isBelow(folder, path) && isBelow(realPath(folder), realPath(path))) return path;
        throw new CommandRefusedError(
          `${file}: expected a show in ${folder}, or below, and no link to another place`,
        );
      },
      send: (message, destination) => {
        if (message.do === "sendMidi" || "midiPort" in destination) {
          return Promise.reject(new Error("MIDI is not sent yet; send OSC, or let another program send it"));
        }
        const { address, arguments: values } = message;
        return this.#send(encodePacket({ address, args: values.map(argumentOf) }), destination);
      },
    };
  }

  async stop(): Promise<void> {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const opened of await Promise.allSettled(sockets)) {
      if (opened.status === "fulfilled") opened.value.close();
    }
  }

  async #send(
    packet: Uint8Array,
    { host, port }: { readonly host: string; readonly port: number },
  ): Promise<void> {
    const family = isIPv6(host) ? "udp6" : "udp4";
    let opening = this.#sockets.get(family);
    if (opening === undefined) {
      this.#sockets.set(family, opening = openSocket(family));
      opening.catch(() => this.#sockets.delete(family));
    }
    const socket = await opening;
    await new Promise<void>((done, failed) => {
      socket.send(packet, port, host, (error) => error ? failed(error) : done());
    });
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Where links lead; of a file that is not there, the path itself: to read it will say so. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** A socket from which a message may go to a whole network, as desks expect it. */
function openSocket(family: "udp4" | "udp6"): Promise<Socket> {
  const socket = createSocket(family).unref();
  return new Promise((done, failed) => {
    socket.on("error", failed);
    socket.bind(0, () => {
      if (family === "udp4") socket.setBroadcast(true);
      done(socket);
    });
  });
}

function argumentOf(value: number | string | boolean | { readonly float: number }): OscArgument {
  if (typeof value === "object") return { type: "f", value: value.float };
  if (typeof value === "string") return { type: "s", value };
  if (typeof value === "boolean") return { type: value ? "T" : "F" } as OscArgument;
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? { type: "i", value } : { type: "f", value };
}
