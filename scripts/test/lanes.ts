/**
 * Which tests run beside each other and which run alone. A test needs real time when it reaches code that opens a
 * socket, starts a clock, a stream or a sound server: on busy cores it would measure the other tests.
 */
import { type ImportGraph, withoutComments } from "./import_graph.ts";

/** `parallel`: over all cores. `realTime`: after those, one at a time. */
export type Lane = "parallel" | "realTime";

/** Calls after which the time of the machine counts. */
const realTimeCalls: readonly RegExp[] = [
  /\bDeno\.(?:listen|listenDatagram|connect|serve|upgradeWebSocket)\(/,
  /\bnew WebSocket\(/,
  /\.(?:us_clock_start|us_midi_open|us_datagrams_find|Pa_OpenStream|Pa_StartStream)\(/,
  /\bnew Deno\.Command\(\s*"jackd"/,
];

/** A sentence in the opening comment of a file in which none of the calls can be seen, with the reason. */
const marker = /^(?:\/\*\*| \*) Needs real time: \S/m;

/** The lane of a test file. */
export function laneOf(graph: ImportGraph, test: string): Lane {
  return realTimeReason(graph, test) === undefined ? "parallel" : "realTime";
}

/** The file because of which a test needs real time, or undefined when it does not. */
export function realTimeReason(graph: ImportGraph, test: string): string | undefined {
  return [...graph.closure(test)].find((path) => keepsTime(graph.text(path)));
}

function keepsTime(text: string): boolean {
  // a call inside a string is a text that some other program is given
  const code = withoutComments(text).replaceAll(/"[^"\n]*\([^"\n]*"/g, '""');
  return marker.test(text) || realTimeCalls.some((call) => call.test(code));
}
