/** What `start` prints at a terminal when it plays: the device, the latency, where to look, and what to paste to hear a note. */
import type { EngineStatus } from "../engine/control/control.ts";
import { splitHostAndPort } from "../osc/transport/network_address.ts";
import { printable } from "../foundation/printable.ts";
import type { Painter } from "./paint.ts";

export interface BannerOptions {
  readonly version: string;
  readonly status: Pick<
    EngineStatus,
    "state" | "unheard" | "driver" | "device" | "sampleRateHz" | "blockFrames" | "latencyMs" | "patch"
  >;
  /** Names of the instruments of the patch. */
  readonly instruments: readonly string[];
  /** Where OSC listens. */
  readonly oscAddress: string;
  /** Where a browser finds the engine; undefined: nowhere. */
  readonly pageUrl: string | undefined;
  /** Further rows, of what is not always there: a name and a sentence. */
  readonly rows: readonly (readonly [string, string])[];
  /** The words that start this program. */
  readonly program: string;
  readonly painter: Painter;
}

/** The port at which `send` looks unless told otherwise. */
const usualPort = 57_130;

/** The lines, with an empty one before and behind. */
export function bannerText(options: BannerOptions): string {
  const { version, status, instruments, oscAddress, pageUrl, rows, program, painter } = options;
  const { bold, dim, warn } = painter;
  const { port } = splitHostAndPort(oscAddress);
  const row = ([name, value]: readonly [string, string]) => `  ${dim(name.padEnd(8))} ${value}`;
  const flag = port === usualPort ? "" : ` --port ${port}`;
  const format = `${status.sampleRateHz} Hz, ${status.blockFrames} frames a block`;
  const hint = instruments.length > 0 ? row(["a note", bold(`${program} send${flag} /note 60 0.8`)]) : row([
    "try",
    `${bold(`${program} send${flag} /tree`)}  ${dim("(this patch has no instrument to play on)")}`,
  ]);
  return [
    "",
    `${bold("Understudy")} ${dim(version)}`,
    "",
    row(["sound", soundText(status, format, warn)]),
    row(["latency", `${status.latencyMs.toFixed(1)} ms`]),
    row(["patch", bold(printable(status.patch))]),
    ...(pageUrl === undefined ? [] : [row(["page", pageUrl])]),
    row(["OSC", oscAddress]),
    ...rows.map(([name, value]) => row([name, printable(value)])),
    "",
    hint,
    row(["stop", "Ctrl-C"]),
    "",
    "",
  ].join("\n");
}

function soundText(
  { state, unheard, driver, device }: BannerOptions["status"],
  format: string,
  warn: (text: string) => string,
): string {
  if (state === "waiting for device") return warn("NONE yet: waiting for the device, the clock keeps time");
  if (unheard !== "") return warn(`NONE: ${printable(unheard)}`);
  if (driver === "clock") return `${warn("NONE, as asked: the clock keeps time")}, ${format}`;
  return `${printable(device)}, ${format}`;
}
