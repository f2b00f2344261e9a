/**
 * Which room may import which. Arrows run down only: a room knows the rooms that it stands on, never the ones above it.
 *
 * A row is a folder or a file and what it may import besides itself; the row with the longest name that fits counts,
 * alone. `types:` before a name allows types, of which nothing is left when the program runs; `*` is every room of the
 * program. All may import `foundation`, the ground. A name that nothing imports is a finding as well, so that the table
 * shows the house as it is.
 */
import type { Finding } from "./finding.ts";
import type { Import } from "./imports.ts";
import type { Source } from "./sources.ts";

/** Rooms, and what each may import besides itself. */
export type ArrowTable = Readonly<Record<string, readonly string[]>>;

/** The arrows of this house, from the roof down. */
export const arrowTable: ArrowTable = {
  "main.ts": ["cli", "config"],
  cli: [
    "deno.json",
    "config",
    "osc",
    "midi",
    "monitoring",
    "engine",
    "patches",
    "show",
    "timecode",
    "triggers",
    "compiler",
    "ffi",
  ],
  config: ["ffi"],

  // the network: packets pass from transport through admission to methods, which alone know the engine
  "osc/packet": [],
  "osc/admission": ["osc/packet"],
  "osc/transport": ["osc/packet", "types:osc/admission"],
  "osc/subscriptions": ["osc/packet", "types:engine/control"],
  "osc/methods": [
    "osc/packet",
    "osc/admission",
    "osc/subscriptions",
    "midi/messages.ts",
    "midi/midi_receiver.ts",
    "engine/control",
  ],
  // the words of QLab's dictionary, for a show
  "osc/qlab": [
    "osc/packet",
    "types:osc/admission",
    "osc/subscriptions",
    "engine/control",
    "types:show/playing",
  ],
  "osc/oscquery": [
    "osc/packet",
    "types:osc/admission",
    "osc/transport",
    "osc/subscriptions",
    "types:osc/methods",
    "types:engine/control",
  ],
  // the main isolate's side of the operator's page
  "osc/page": [
    "dashboard/protocol.ts",
    "dashboard/files",
    "telemetry/telemetry_worker.ts",
    "types:telemetry/telemetry_messages.ts",
    "osc/packet",
    "types:osc/admission",
    "osc/methods/dump.ts",
    "types:osc/oscquery",
    "osc/oscquery/recordings_route.ts",
    "osc/transport/network_address.ts",
    "engine/control",
    "engine/memory",
  ],
  "osc/score": ["osc/packet", "osc/methods", "types:engine/control"],

  // the operator's page, which browsers run; the protocol is shared
  dashboard: ["types:compiler/graph", "types:engine/control"],
  // the main isolate, which serves the page
  "dashboard/files": [],
  // the browser: it shares the protocol with the engine, and nothing else
  "dashboard/page": ["dashboard/protocol.ts"],

  // the telemetry thread, which lives while a page is open
  telemetry: ["dashboard/protocol.ts", "engine/control", "engine/memory", "ffi"],
  // what a monitor asks over HTTP
  monitoring: ["types:engine/control", "types:osc/oscquery"],

  // a controller like osc, with a line of its own from its frames to ours
  midi: [
    "engine/control",
    "engine/time/drift_limit.ts",
    "compiler/graph",
    "types:show/playing",
    "config",
    "ffi",
  ],

  "engine/engine.ts": ["engine", "types:compiler/graph", "types:config", "ffi"],
  "engine/control": ["types:compiler/graph", "types:show/playing"],
  "engine/memory": ["compiler/wasm", "compiler/graph", "types:config"],
  "engine/log": ["engine/control", "engine/memory", "compiler/graph"],
  // the renderer's thread
  "engine/renderer": [
    "engine/control",
    "engine/log",
    "engine/memory",
    "engine/run",
    "compiler/graph",
    "ffi",
  ],
  // files and memory of a run, by which its processes find each other
  "engine/run": ["engine/log", "engine/memory", "types:compiler/graph", "ffi"],
  // the main thread
  "engine/supervisor": [
    "engine/control",
    "engine/log",
    "engine/memory",
    "engine/renderer/worker.ts",
    "engine/renderer/process.ts",
    "types:engine/renderer",
    "engine/run",
    "types:compiler/graph",
    "ffi",
  ],
  "engine/device": [
    "types:engine/control",
    "engine/memory",
    "engine/rtp",
    "types:engine/run",
    "ffi",
    "types:config",
  ],
  // what streams of RTP are, for those that send and those that receive
  "engine/rtp": ["ffi", "types:config"],
  // what two machines agree upon: pure computation
  "engine/cluster": [],
  "engine/scheduling": ["types:engine/control", "engine/memory", "engine/samples/lock_samples.ts", "ffi"],
  "engine/time": ["engine/control", "engine/memory", "types:ffi"],
  // how sound files store sound, for those that load them whole and those that play them from the disk
  "engine/sound_files": [],
  "engine/samples": ["engine/sound_files", "engine/streams/source", "compiler/graph", "types:ffi"],
  // sound files by their position, where a foreign file may end the process
  "engine/streams/source": ["engine/sound_files", "compiler/wasm", "timecode"],
  // the main isolate's side, and the thread that reads
  "engine/streams": ["engine/control", "engine/memory", "timecode/ltc_name.ts"],
  "engine/session": [
    "engine/memory",
    "engine/streams/streamed_file.ts",
    "types:compiler/graph",
    "types:config",
  ],
  // the main isolate: from events of a show to entries of the log
  "engine/show": [
    "engine/control",
    "engine/log",
    "engine/memory",
    "types:engine/streams",
    "show",
    "timecode/ltc_name.ts",
  ],
  // the main isolate's side, and the thread that writes
  "engine/recorder": [
    "engine/control",
    "engine/memory",
    "engine/render/sample_format.ts",
    "engine/render/wav_header.ts",
    "engine/session/session_path.ts",
    "ffi",
  ],
  "engine/state": [
    "engine/control",
    "engine/log",
    "engine/memory",
    "engine/renderer",
    "engine/samples",
    "engine/session",
    "engine/show/saved_show.ts",
    "engine/streams",
    "types:compiler/graph",
    "types:config",
    "ffi",
  ],
  "engine/delivery": ["types:engine/control", "engine/log", "engine/memory", "engine/session"],
  "engine/patch_swap": [
    "engine/control",
    "engine/log",
    "engine/memory",
    "engine/samples",
    "engine/session",
    "types:engine/delivery",
    "types:engine/supervisor",
    "engine/renderer/patch_instance.ts",
    "engine/renderer/voice_count.ts",
    "compiler",
    "ffi",
  ],
  "engine/render": [
    "types:engine/control",
    "engine/log",
    "engine/memory",
    "engine/samples",
    "engine/session",
    "engine/streams",
    "engine/renderer",
    "types:compiler/graph",
    "types:config",
    "ffi",
  ],
  "engine/report": [
    "engine/control",
    "types:engine/delivery",
    "engine/memory",
    "engine/supervisor",
    "types:engine/device",
  ],

  // what a show is and what follows from GO: it knows neither engine nor file system
  show: [],
  "show/file": ["timecode/timecode.ts"],
  "show/playing": ["show/file", "timecode"],
  "show/triggers": ["show/file", "show/playing", "timecode"],

  // starts cues without GO: by the clock, by timecode, by MIDI, by an input that falls silent
  triggers: ["engine/control", "engine/memory", "midi", "show", "timecode"],
  // timecode as numbers, bytes and sound: pure computation
  timecode: [],

  "patches/ready": ["modules"],
  "patches/loading": ["patches/ready", "modules", "compiler"],

  modules: ["compiler/graph"],
  "modules/signal": ["compiler/graph"],
  "modules/tuning": ["modules/signal"],
  "modules/clocks": ["modules/signal"],
  "modules/distortion": ["modules/signal"],
  "modules/dynamics": ["modules/signal"],
  "modules/envelopes": ["modules/signal"],
  "modules/filters": ["modules/signal", "modules/distortion", "modules/time"],
  "modules/utility": ["modules/signal", "compiler/graph"],
  "modules/oscillators": ["modules/signal", "modules/distortion", "modules/utility"],
  "modules/time": ["modules/signal", "modules/oscillators", "modules/utility"],
  "modules/outputs": [
    "compiler/graph",
    "modules/signal",
    "modules/dynamics",
    "modules/filters",
    "modules/oscillators",
    "modules/time",
    "modules/utility",
  ],
  "modules/modulation": ["modules/signal", "modules/oscillators"],
  "modules/reverbs": ["modules/signal", "modules/oscillators", "modules/time", "modules/utility"],

  compiler: [],
  "compiler/graph": [],
  "compiler/wasm": [],
  "compiler/plan": ["compiler/graph"],
  "compiler/wat": ["compiler/graph", "compiler/plan"],
  "compiler/inspect": ["compiler/graph", "compiler/plan"],

  ffi: [],
  foundation: [],

  // beside the house: the kit of tests may reach all of it, and only tests, benchmarks and scripts the kit
  testing: ["*"],
  bench: [
    "testing",
    "tests/simulation/simulated_renderers.ts",
    "scripts/package_npm.ts",
    "scripts/prebuild.ts",
    "*",
  ],
  scripts: ["testing", "*"],
  examples: ["modules/mod.ts"],
};

/** Tests may import whatever they test. */
const free = /^tests\//;

/** What every file may import. */
const ground = "foundation";

/** Not of the program: what starts it and what stands beside it. */
const beside = /^(main\.ts$|(tests|testing|bench|scripts|examples|docs)\/)/;

/** Imports that no row of `table` allows. */
export function arrowFindings(sources: readonly Source[], table: ArrowTable = arrowTable): Finding[] {
  return sources.filter(({ path }) => !free.test(path)).flatMap(({ path, imports }) => {
    const room = roomOf(path, table);
    if (room === undefined) {
      return [{
        file: path,
        text: "lies in no room that has arrows; give its folder a row in scripts/tidy/arrows.ts",
      }];
    }
    return imports.filter((used) => !within(used.path, room) && !allowanceFor(used, table[room]))
      .map(({ path: imported, line, typesOnly }) => ({
        file: path,
        line,
        text: `imports ${imported}${typesOnly ? " (types)" : ""}, against the arrows; ${room} may import ${
          table[room].join(", ") || "nothing"
        }`,
      }));
  });
}

/** Names in `table` that no import needs. */
export function unusedArrows(sources: readonly Source[], table: ArrowTable = arrowTable): Finding[] {
  const used = new Set<string>();
  for (const { path, imports } of sources) {
    const room = free.test(path) ? undefined : roomOf(path, table);
    if (room === undefined) continue;
    used.add(room);
    for (const found of imports) {
      const allowance = within(found.path, room) ? undefined : allowanceFor(found, table[room]);
      if (allowance !== undefined) used.add(`${room} ${allowance}`);
    }
  }
  const file = "scripts/tidy/arrows.ts";
  return Object.entries(table).flatMap(([room, allowed]) => {
    if (!used.has(room)) return [{ file, text: `has a row for ${room}, where no source lies; remove it` }];
    return allowed.filter((name) => !used.has(`${room} ${name}`))
      .map((name) => ({ file, text: `lets ${room} import ${name}, which nothing there does; remove it` }));
  });
}

function roomOf(path: string, table: ArrowTable): string | undefined {
  return Object.keys(table).filter((room) => within(path, room))
    .reduce<string | undefined>(
      (longest, room) => room.length > (longest?.length ?? -1) ? room : longest,
      undefined,
    );
}

/** The name that allows it; a plain one rather than one for types alone. */
function allowanceFor({ path, typesOnly }: Import, allowed: readonly string[]): string | undefined {
  if (within(path, ground)) return ground;
  return allowed.find((name) => name === "*" ? !beside.test(path) : within(path, name)) ??
    (typesOnly
      ? allowed.find((name) => name.startsWith("types:") && within(path, name.slice(6)))
      : undefined);
}

function within(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`);
}
