/**
 * What monitoring costs the main isolate, which also has the renderers to watch: the time that it makes the answer to a scrape, and
 * the gaps of a 2 ms timer as the supervisor has one, without scrapes and with some; in turns, so that both see the same machine.
 *
 *     deno task bench:scrape [SECONDS of each turn]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { monitoringRoutes } from "../monitoring/monitoring_routes.ts";
import { OscQueryServer } from "../osc/oscquery/server.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { TurnTimes } from "../testing/measure/turn_times.ts";
import { TestAdmission } from "../testing/osc/test_admission.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 5);
const [turns, scrapesPerSecond] = [5, 10];
const { engine, lockstep } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
await lockstep();
const admission = new TestAdmission({ begin: () => {} });
const answersMs: number[] = [];
let bytes = 0;
const routes = monitoringRoutes({
  engine,
  traffic: () => ({ ...admission.counts, refusedMessages: 0 }),
  midi: () => ({}),
  version: "bench",
}).map((route) => ({
  ...route,
  respond: (...question: Parameters<typeof route.respond>) => {
    const startedMs = performance.now();
    const answer = route.respond(...question);
    answersMs.push(performance.now() - startedMs);
    return answer;
  },
}));
const server = new OscQueryServer({
  hostname: "127.0.0.1",
  port: 0,
  name: "bench",
  osc: { hostname: "127.0.0.1", port: 1 },
  engine,
  methods: () => [],
  admission,
  allowedOrigins: [],
  routes,
});
// another process asks, as a monitor is one
const asking = `for (;;) { await (await fetch("${server.url}/metrics")).text(); ` +
  `await new Promise((done) => setTimeout(done, ${1_000 / scrapesPerSecond})); }`;

async function turn(isScraped: boolean): Promise<readonly [number, number, number]> {
  const client = isScraped
    ? new Deno.Command(Deno.execPath(), { args: ["eval", asking], stdout: "null" }).spawn()
    : undefined;
  const before = answersMs.length;
  while (isScraped && answersMs.length === before) await new Promise((done) => setTimeout(done, 10));
  const timer = new TurnTimes();
  await new Promise((done) => setTimeout(done, seconds * 1_000));
  const gaps = timer.finish();
  client?.kill("SIGKILL");
  await client?.status;
  return gaps;
}

const [without, withScrapes]: (readonly [number, number, number])[][] = [[], []];
for (let index = 0; index < turns; index++) {
  without.push(await turn(false));
  withScrapes.push(await turn(true));
}
bytes = (await (await fetch(`${server.url}/metrics`)).text()).length;
await server.stop();
await engine.stop();
const row = (scrapes: string, gaps: readonly (readonly [number, number, number])[]) => ({
  scrapes,
  "2 ms timer: median": median(gaps.map(([middle]) => middle)).toFixed(2),
  "99.9 %": median(gaps.map(([, most]) => most)).toFixed(2),
  "worst": median(gaps.map(([, , worst]) => worst)).toFixed(2),
});
await report("scrape", [row("none", without), row(`${scrapesPerSecond} a second`, withScrapes)]);
const sorted = answersMs.toSorted((a, b) => a - b);
console.log(
  `${answersMs.length} answers of ${bytes} bytes, made in ${median(answersMs).toFixed(2)} ms (median), ` +
    `${sorted[Math.floor(sorted.length * 0.99)].toFixed(2)} ms (99 %), ${
      sorted.at(-1)!.toFixed(2)
    } ms (worst)`,
);
