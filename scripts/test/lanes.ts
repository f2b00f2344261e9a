/**
 * Which tests run beside which others. A test needs real time when it reaches code that opens a socket, starts a clock, a
 * stream or a sound server: on busy cores it would measure the other tests. Most of these wait for a process, a device or
 * a time-out while the cores are idle, so two of them run at once where there are cores enough. One that judges how well the machine keeps time runs
 * alone.
 */
import type { ImportGraph } from "./import_graph.ts";

/** `realTime`: one or two at a time. `alone`: one at a time after those. `parallel`: beside both over all cores, at idle priority. */
export type Lane = "parallel" | "realTime" | "alone";

/** Calls after which the time of the machine counts. */
const realTimeCalls: readonly RegExp[] = [
  /\bDeno\.(?:listen|listenDatagram|connect|serve|upgradeWebSocket)\(/,
  /\bnew WebSocket\(/,
  /\.(?:us_clock_start|us_midi_open|us_jack_open|us_rtp_open|us_receive_open|us_datagrams_find|Pa_OpenStream|Pa_StartStream)\(/,
  /\bnew Deno\.Command\(\s*"(?:jackd|pipewire)"/,
];

/** A word without which no text has one of these calls: most files have none, and need not be read word by word. */
const wordOfCall = /listen|connect|serve|WebSocket|us_|Pa_|jackd|pipewire/;

/** A sentence in the comment of a file in which none of the calls can be seen, with the reason. */
const realTimeMark = /^(?:\/\*\*| \*) Needs real time: \S/m;

/** A sentence in the comment of a test that reaches such calls and never makes them, with the reason. */
const parallelMark = /^(?:\/\*\*| \*) Needs no real time: \S/m;

/** A sentence in the comment of a test that needs real time and judges the machine's, with the reason. */
const aloneMark = /^(?:\/\*\*| \*) Needs the machine alone: \S/m;

/** Whether a test says itself that it makes none of the calls that it reaches. */
export function saysParallel(graph: ImportGraph, test: string): boolean {
  return parallelMark.test(graph.text(test));
}

/** The lane of a test file: one that reaches a file which keeps real time needs real time too. */
export function laneOf(graph: ImportGraph, test: string): Lane {
  if (saysParallel(graph, test)) return "parallel";
  if (aloneMark.test(graph.text(test))) return "alone";
  const realTime = [...graph.closure(test)].some((path) => keepsTime(graph, path));
  return realTime ? "realTime" : "parallel";
}

const known = new WeakMap<ImportGraph, Map<string, boolean>>();

function keepsTime(graph: ImportGraph, path: string): boolean {
  let files = known.get(graph);
  if (!files) known.set(graph, files = new Map());
  let keeps = files.get(path);
  if (keeps === undefined) {
    const text = graph.text(path);
    const calls = () => {
      const code = codeText(graph, path);
      return realTimeCalls.some((call) => call.test(code));
    };
    keeps = realTimeMark.test(text) || (wordOfCall.test(text) && calls());
    files.set(path, keeps);
  }
  return keeps;
}

/** The code of a file in one line, without comments and without the calls inside strings, which others are given. */
function codeText(graph: ImportGraph, path: string): string {
  let text = "";
  for (const token of graph.code(path)) {
    if (token.kind === "string") text += token.text.includes("(") ? '""' : `"${token.text}"`;
    else text += /\w$/.test(text) && token.kind === "word" ? ` ${token.text}` : token.text;
  }
  return text;
}
