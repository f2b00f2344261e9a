/**
 * What open pages cost an engine: processor time, and turns of the main isolate, in pairs with none open. The engine is this process, by
 * the clock driver; the pages are another process, so what they need themselves is not counted. "shown" pages want what the page wants
 * in front of its reader; one that listens wants the sound besides.
 *
 *     deno task bench:page [SECONDS each] [ROUNDS]
 */
import { wantBounds } from "../dashboard/protocol.ts";
import { AccessControl } from "../osc/admission/access_control.ts";
import { OscQueryServer } from "../osc/oscquery/server.ts";
import { PageServer } from "../osc/page/page_server.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { TurnTimes } from "../testing/measure/turn_times.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { serveOsc } from "../testing/osc/osc_server.ts";
import { PageConnection } from "../testing/osc/page_connection.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { until } from "../testing/until.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";

if (Deno.args[0] === "--pages") await openPages();
else await measureAll();

/** The other process: opens pages and holds them until its input ends. */
async function openPages(): Promise<void> {
  const [, url, shown, listening] = Deno.args;
  for (let index = 0; index < Number(shown); index++) {
    const page = await PageConnection.open(url);
    page.send({
      type: "want",
      liveHz: 20,
      histograms: true,
      scope: { frames: 2_048, hz: wantBounds.scopeHz.max / 2 },
      log: "info",
      ...(index < Number(listening) && { listen: { format: "s16" } }),
    });
  }
  console.log("open");
  await Deno.stdin.read(new Uint8Array(1));
  Deno.exit(0);
}

async function measureAll(): Promise<void> {
  const { numberAt } = developmentCommand(import.meta.url, { maxWords: 2 });
  const [seconds, rounds] = [numberAt(0, 5), numberAt(1, 5)];
  const { native, build } = await nativeForTests();
  const { engine, lockstep } = await startTestEngine({ patch: (format) => compilePatch("keys", format) });
  await lockstep();
  const { admission, space } = serveOsc(native, { engine, version: "bench" });
  const pages = new PageServer({
    ...{ engine, memory: engine.memory, nativeLibrary: build.library, version: "bench", space, admission },
    ...{ access: AccessControl.local(), log: { info: console.log, warning: console.log } },
    ...{ isReadOnly: false, faultsAllowed: true, patches: [], session: "", lingerMs: 0 },
  });
  const server = new OscQueryServer({
    ...{ hostname: "127.0.0.1", port: 0, name: "bench", osc: { hostname: "127.0.0.1", port: 1 } },
    ...{ engine, methods: () => space.methods, admission, allowedOrigins: [], routes: pages.routes },
  });
  const cases = [
    { name: "none", shown: 0, listening: 0 },
    { name: "1", shown: 1, listening: 0 },
    { name: "1, listening", shown: 1, listening: 1 },
    { name: "10", shown: 10, listening: 0 },
    { name: "10, 3 listening", shown: 10, listening: 3 },
  ];
  const found = cases.map((each) => ({
    ...each,
    shares: [] as number[],
    mains: [] as number[],
    turns: [] as number[][],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const each of found) {
      const child = each.shown === 0 ? undefined : openChild(server.url, each.shown, each.listening);
      await until("the pages are open", () => pages.pages === each.shown);
      await pause(1_500); // its start is no part of what it costs
      const startMs = performance.now();
      const before = threadsSeconds();
      const timer = new TurnTimes();
      await pause(seconds * 1_000);
      each.turns.push(timer.finish());
      const after = threadsSeconds();
      const share = (threads: readonly string[]) =>
        threads.reduce((sum, id) => sum + after.get(id)! - (before.get(id) ?? 0), 0) /
        ((performance.now() - startMs) / 1_000) * 100;
      each.shares.push(share([...after.keys()]));
      each.mains.push(share([String(Deno.pid)]));
      await child?.end();
      await until("the pages are gone", () => pages.pages === 0 && !pages.hasThread);
    }
  }
  await report(
    "page",
    found.map(({ name, shares, mains, turns }) => ({
      "pages": name,
      "% of a core": median(shares).toFixed(2),
      "more than none, median of pairs": more(shares, found[0].shares),
      "of it the main isolate": more(mains, found[0].mains),
      "2 ms timer: median, 99.9 %, worst": [0, 1, 2].map((at) =>
        median(turns.map((figures) => figures[at])).toFixed(2)
      )
        .join(", "),
    })),
  );
  console.log(`concealed frames: ${engine.status().concealedFrames}`);
  await pages.stop();
  await server.stop();
  space.stop();
  await engine.stop();
  Deno.exit(0);
}

function openChild(url: string, shown: number, listening: number): { end(): Promise<void> } {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      import.meta.filename!,
      "--pages",
      url,
      String(shown),
      String(listening),
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  return {
    end: async () => {
      await child.stdin.close();
      await child.status;
    },
  };
}

/** Processor time of every thread of this process, in seconds: the kernel's account, not that of its ticks. */
function threadsSeconds(): Map<string, number> {
  return new Map([...Deno.readDirSync("/proc/self/task")].flatMap(({ name }) => {
    try {
      const [ns] = Deno.readTextFileSync(`/proc/self/task/${name}/schedstat`).split(" ");
      return [[name, Number(ns) / 1e9]];
    } catch {
      return []; // it has just ended
    }
  }));
}

/** Median of the differences of pairs. */
function more(figures: readonly number[], than: readonly number[]): string {
  return median(figures.map((figure, index) => figure - than[index])).toFixed(2);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
