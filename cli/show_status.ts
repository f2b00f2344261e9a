/** `understudy status`: what an engine says of itself, for people or as JSON. */
import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { printable } from "../foundation/printable.ts";
import type { StatusCommand } from "./command_line.ts";
import { EngineClient } from "./engine_client.ts";
import { paint, type Painter } from "./paint.ts";

/** A status as `/status` answers it: names of nested fields have a dot. */
export type StatusFields = ReadonlyMap<string, string | number>;

/** Asks an engine and prints its answer. Throws `NoEngineError`. */
export async function showStatus(
  line: StatusCommand,
  config: Pick<Config, "oscHost" | "oscPort">,
  print: (text: string) => void,
): Promise<ExitCode> {
  const client = new EngineClient(line, config);
  try {
    const status = await client.status();
    if (line.json) print(JSON.stringify(nested(status), undefined, 2) + "\n");
    else print(statusText(status, { address: client.address, painter: paint(Deno.stdout) }));
    return statusCode(status);
  } finally {
    await client.close();
  }
}

/** 0 when sound goes out, or when the engine was asked to make none. */
export function statusCode(status: StatusFields): ExitCode {
  return status.get("state") === "running" ? exitCodes.ok : exitCodes.device;
}

/** Fields with a dot in their name as objects. */
export function nested(status: StatusFields): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, value] of status) {
    const [outer, inner] = name.split(/\.(.*)/s);
    if (inner === undefined) object[outer] = value;
    else object[outer] = { ...object[outer] as object | undefined, [inner]: value };
  }
  return object;
}

/** Counters that are 0 while all is well, with the words that people read. */
const troubles: readonly (readonly [name: string, words: string])[] = [
  ["concealedFrames", "concealed frames"],
  ["wrongBlocks", "wrong blocks heard"],
  ["lostFrames", "frames lost without a stage process"],
  ["unheardFrames", "frames that nobody heard"],
  ["rescuedBlocks", "blocks rescued by another renderer"],
  ["replacements", "renderers replaced"],
  ["stageRestarts", "stage processes restarted"],
  ["controlRestarts", "control processes restarted"],
  ["deviceLosses", "losses of the device"],
  ["outputUnderflows", "underflows of the device"],
  ["overSamples", "samples beyond full scale"],
  ["nonFiniteSamples", "samples that were not finite"],
  ["poisonedVoices", "voices silenced"],
  ["lateCommands", "late commands"],
  ["refusedCommands", "refused commands"],
  ["quarantinedCommands", "quarantined commands"],
  ["osc.refusedMessages", "refused OSC messages"],
  ["standstills", "standstills of the process"],
];

export interface StatusTextOptions {
  /** Where the engine was found. */
  readonly address: string;
  readonly painter: Painter;
}

/** The status in rows of a name and a sentence. */
export function statusText(status: StatusFields, { address, painter }: StatusTextOptions): string {
  const { bold, dim } = painter;
  const text = (name: string) => printable(String(status.get(name) ?? "?"));
  const rows: [string, string][] = [
    ["state", stateText(status, painter)],
    ["patch", `${bold(text("patch"))}, ${voicesText(status)}`],
    ["sound", soundText(status)],
    ["latency", latencyText(status)],
    ["renderers", renderersText(status, painter)],
    ["callback", `${percent(status.get("callbackLoad"))} of a block's time`],
    ["keeps", `state ${text("journal")}, recording ${text("recording")}`],
  ];
  const degraded = String(status.get("degraded") ?? "");
  if (degraded !== "") rows.push(["worse", painter.warn(printable(degraded))]);
  const since = troubles.filter(([name]) => Number(status.get(name) ?? 0) > 0)
    .map(([name, words]) => `${words} ${status.get(name)}`);
  rows.push([
    "since start",
    since.length === 0 ? dim("no fault, nothing late, nothing refused") : since.join(", "),
  ]);
  return `${dim(`Understudy at ${address}`)}\n\n` +
    rows.map(([name, value]) => `  ${dim(name.padEnd(12))} ${value}\n`).join("");
}

/** The state with the reason where nobody hears what plays. */
export function stateText(status: StatusFields, { good, bad }: Painter): string {
  const state = printable(String(status.get("state") ?? "?"));
  const unheard = printable(String(status.get("unheard") ?? ""));
  if (state !== "running") return bad(unheard === "" ? state : `${state}: ${unheard}`);
  return status.get("driver") === "clock"
    ? good("running") + ", by the clock: no sound, as asked"
    : good("running");
}

function voicesText(status: StatusFields): string {
  const [voices, limit] = [Number(status.get("voices") ?? 0), Number(status.get("voiceLimit") ?? 0)];
  return `${voices} ${voices === 1 ? "voice sounds" : "voices sound"}${
    limit === 0 ? "" : ` of at most ${limit}`
  }`;
}

function soundText(status: StatusFields): string {
  const period = Number(status.get("periodFrames") ?? 0);
  return `${printable(String(status.get("device")))}, ${status.get("sampleRateHz")} Hz` +
    (period === 0 ? "" : `, ${period} frames at once`);
}

function latencyText(status: StatusFields): string {
  const [stated, measured] = ["latencyMs", "measuredLatencyMs"].map((name) =>
    Number(status.get(name) ?? NaN)
  );
  return `${measured.toFixed(1)} ms now, ${stated.toFixed(1)} ms as set: ${
    status.get("lookaheadBlocks")
  } blocks of ${status.get("blockFrames")} frames`;
}

function renderersText(status: StatusFields, { good, warn, dim }: Painter): string {
  const roles = [...status].filter(([name]) => name.startsWith("rendererIds."))
    .map(([name, id]) => `${name.slice(12)} ${id === 0 ? warn("none") : `#${id}`}`);
  const agreeing = Number(status.get("agreeingRenderers") ?? 0);
  const verdict = `${agreeing} agree`;
  return `${(agreeing >= roles.length ? good : warn)(verdict)}  ${roles.join(", ")}  ${
    dim(String(status.get("isolation") ?? ""))
  }`;
}

function percent(share: string | number | undefined): string {
  return `${(Number(share ?? 0) * 100).toFixed(1)} %`;
}
