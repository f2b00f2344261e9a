/** What `understudy top` shows: lines for a terminal of a size, from what the engine said last. */
import { printable } from "../foundation/printable.ts";
import { shortened } from "./compact_lines.ts";
import type { Painter } from "./paint.ts";
import { stateText, type StatusFields } from "./show_status.ts";

/** All that is known of an engine. */
export interface TopView {
  readonly address: string;
  readonly status: StatusFields;
  /** Largest peak of each channel since the last look, 1 at full scale. */
  readonly peaks: readonly number[];
  /** Lines about events, the newest last. */
  readonly events: readonly string[];
  /** Seconds since the last answer, where that is long; else 0. */
  readonly silentSeconds: number;
  readonly time: string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lowest level of a bar in dB. */
const floorDb = -60;

/** Bars at most: with more channels, each shows the loudest of several. */
const maxBars = 8;

/** Columns of a bar at most. */
const maxBarColumns = 60;

/** The lines of one screen, not more than it has. */
export function topLines(view: TopView, { columns, rows }: ScreenSize, painter: Painter): string[] {
  const { bold, dim, warn, bad } = painter;
  const { status, peaks, events, silentSeconds } = view;
  const field = (name: string) => printable(String(status.get(name) ?? "?"));
  const title = `Understudy at ${view.address}`;
  const state = silentSeconds > 0
    ? bad(`no answer for ${silentSeconds} s`)
    : shortState(status, columns, painter);
  const lines = [
    `${bold(title)}${dim(view.time.padStart(Math.max(1, columns - title.length)))}`,
    "",
    pair("state", state, painter),
    pair("sound", shortened(`${field("device")}, ${field("sampleRateHz")} Hz`, columns - 12), painter),
    pair("patch", `${bold(field("patch"))}  ${field("voices")} voices${limitText(status)}`, painter),
    pair(
      "latency",
      `${Number(status.get("measuredLatencyMs")).toFixed(1)} ms  ${field("lookaheadBlocks")} blocks of ${
        field("blockFrames")
      } frames  callback ${(Number(status.get("callbackLoad")) * 100).toFixed(1)} %`,
      painter,
    ),
    pair("renderers", rolesText(status, painter), painter),
    "",
    ...bars(peaks).map(({ label, peak }) => meterLine(label, peak, columns, painter)),
    "",
    ...counterLines(status, columns, painter),
    "",
  ];
  const room = Math.max(0, rows - lines.length - 2);
  const shown = room === 0 ? [] : events.slice(-room);
  const tail = shown.length === 0 ? [dim("no events yet")] : shown.map((line) => shortened(line, columns));
  const hint = silentSeconds > 0 ? warn("q ends") : dim("q ends");
  return [...lines.slice(0, rows - 1), ...tail.slice(0, room), hint].slice(0, rows);
}

/** What is shown of the channels: each, or the loudest of neighbours. */
function bars(peaks: readonly number[]): { readonly label: string; readonly peak: number }[] {
  const each = Math.max(1, Math.ceil(peaks.length / maxBars));
  return Array.from({ length: Math.ceil(peaks.length / each) }, (_, bar) => {
    const some = peaks.slice(bar * each, (bar + 1) * each);
    const [first, last] = [bar * each + 1, bar * each + some.length];
    return { label: first === last ? String(first) : `${first}-${last}`, peak: Math.max(...some) };
  });
}

/** One line of the same, for a pipe. */
export function topLine({ status, peaks, time, silentSeconds }: TopView): string {
  if (silentSeconds > 0) return `${time} no answer for ${silentSeconds} s`;
  const field = (name: string) => printable(String(status.get(name) ?? "?"));
  return [
    time,
    field("state"),
    field("patch"),
    `${field("voices")} voices`,
    `peaks ${peaks.map(levelText).join(" ") || "?"} dB`,
    `latency ${Number(status.get("measuredLatencyMs")).toFixed(1)} ms`,
    `${field("agreeingRenderers")} agree`,
    `${field("concealedFrames")} concealed`,
    `${field("lateCommands")} late`,
  ].join("  ");
}

function pair(name: string, value: string, { dim }: Painter): string {
  return `${dim(name.padEnd(10))} ${value}`;
}

function shortState(status: StatusFields, columns: number, painter: Painter): string {
  const plain: Painter = { ...painter, good: (text) => text, bad: (text) => text };
  const text = shortened(stateText(status, plain), columns - 12);
  return status.get("state") === "running" ? painter.good(text) : painter.bad(text);
}

function limitText(status: StatusFields): string {
  const limit = Number(status.get("voiceLimit") ?? 0);
  return limit === 0 ? "" : ` of at most ${limit}`;
}

function rolesText(status: StatusFields, { good, warn }: Painter): string {
  const roles = [...status].filter(([name]) => name.startsWith("rendererIds."))
    .map(([name, id]) => id === 0 ? warn(`${name.slice(12)} none`) : `${name.slice(12)} #${id}`);
  const agreeing = Number(status.get("agreeingRenderers") ?? 0);
  return `${roles.join("  ")}  ${(agreeing >= roles.length ? good : warn)(`${agreeing} agree`)}`;
}

/** Counters that should not move, those that have in colour. */
const counters: readonly (readonly [name: string, words: string])[] = [
  ["replacements", "replaced"],
  ["rescuedBlocks", "rescued"],
  ["concealedFrames", "concealed"],
  ["wrongBlocks", "wrong"],
  ["lateCommands", "late"],
  ["refusedCommands", "refused"],
  ["outputUnderflows", "underflows"],
  ["deviceLosses", "device losses"],
  ["overSamples", "over"],
];

function counterLines(status: StatusFields, columns: number, { dim, warn }: Painter): string[] {
  const lines: { text: string; length: number }[] = [];
  for (const [name, words] of counters) {
    const count = Number(status.get(name) ?? 0);
    const text = `${words} ${count}`;
    const shown = count > 0 ? warn(text) : dim(text);
    const line = lines.at(-1);
    if (line === undefined || line.length + text.length + 2 > columns) {
      lines.push({ text: shown, length: text.length });
    } else {
      line.text += `  ${shown}`;
      line.length += text.length + 2;
    }
  }
  return lines.map(({ text }) => text);
}

function meterLine(
  label: string,
  peak: number,
  columns: number,
  { good, warn, bad, dim }: Painter,
): string {
  const width = Math.max(8, Math.min(maxBarColumns, columns - 16));
  const level = decibels(peak);
  const filled = Math.round(Math.max(0, Math.min(1, 1 - level / floorDb)) * width);
  const colour = peak >= 1 ? bad : level > -6 ? warn : good;
  const bar = colour("█".repeat(filled)) + dim("·".repeat(width - filled));
  return `${label.padStart(2)} ${bar} ${levelText(peak).padStart(6)} dB`;
}

function decibels(peak: number): number {
  return 20 * Math.log10(Math.max(peak, 1e-9));
}

function levelText(peak: number): string {
  return peak <= 1e-6 ? "-inf" : decibels(peak).toFixed(1);
}
