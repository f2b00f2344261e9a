/**
 * What an engine costs that plays no note, paired with another checkout, in threads and in processes: processor time of its threads
 * after it has settled, how often they wake, and memory. Rounds go through all checkouts in turn; medians.
 *
 *     deno task bench:idle [OTHER_CHECKOUT] [--patch sines] [--seconds 10] [--rounds 3]
 *
 * The main isolate is the busiest thread, and the renderers are the next three.
 */
import { developmentCommand } from "../testing/development_command.ts";
import { median } from "./median.ts";
import { family, memoryMiB } from "./process_family.ts";
import { report } from "./report.ts";
import { startProgram, stopProgram } from "./started_program.ts";

const { options, words: [other] } = developmentCommand(import.meta.url, {
  maxWords: 1,
  options: {
    patch: { usual: "sines", about: "what plays; a checkout that has no such patch ends the benchmark" },
    seconds: { usual: 10, about: "length of each measurement" },
    rounds: { usual: 3, about: "measurements of each" },
  },
});
const here = new URL("..", import.meta.url).pathname;
const checkouts = other === undefined ? [here] : [other, here];

/** Renderers that play. */
const playing = 3;

/** Time after the start in which the runtime compiles what is called often. */
const settleMs = 5_000;

/** Processor time of every thread so far, in seconds, by the kernel's own account, and how often it has slept. */
function threadsOf(
  pids: readonly number[],
): Map<string, { readonly seconds: number; readonly sleeps: number }> {
  return new Map(pids.flatMap((pid) =>
    [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) => {
      try {
        const folder = `/proc/${pid}/task/${name}`;
        const [ns] = Deno.readTextFileSync(`${folder}/schedstat`).split(" ");
        const status = Deno.readTextFileSync(`${folder}/status`);
        const sleeps = Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)![1]);
        return [[name, { seconds: Number(ns) / 1e9, sleeps }]];
      } catch {
        return []; // it has just ended
      }
    })
  ));
}

async function measure(checkout: string, isolation: string) {
  const program = await startProgram({
    patch: options.patch,
    environment: { UNDERSTUDY_OSCQUERY_PORT: "0", UNDERSTUDY_ISOLATION: isolation },
    checkout,
  });
  await pause(settleMs);
  const pids = family(program.process.pid);
  const startMs = performance.now();
  const before = threadsOf(pids);
  await pause(options.seconds * 1_000);
  const after = threadsOf(pids);
  const passed = (performance.now() - startMs) / 1_000;
  const memory = memoryMiB(pids);
  await stopProgram(program);
  const threads = [...after].map(([thread, { seconds, sleeps }]) => ({
    share: (seconds - (before.get(thread)?.seconds ?? 0)) / passed * 100,
    sleeps: (sleeps - (before.get(thread)?.sleeps ?? 0)) / passed,
  })).sort((one, two) => two.share - one.share);
  const sum = (some: typeof threads, name: "share" | "sleeps") =>
    some.reduce((total, thread) => total + thread[name], 0);
  return {
    whole: sum(threads, "share"),
    main: sum(threads.slice(0, 1), "share"),
    renderers: sum(threads.slice(1, 1 + playing), "share"),
    sleeps: sum(threads, "sleeps"),
    memory,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

const rows: Record<string, string | number>[] = [];
for (const isolation of ["threads", "processes"]) {
  const found = checkouts.map(() => [] as Awaited<ReturnType<typeof measure>>[]);
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, checkout] of checkouts.entries()) {
      found[index].push(await measure(checkout, isolation));
    }
  }
  for (const [index, checkout] of checkouts.entries()) {
    const of = (name: "whole" | "main" | "renderers" | "sleeps" | "memory", digits: number) =>
      median(found[index].map((one) => one[name])).toFixed(digits);
    rows.push({
      isolation,
      checkout: checkout === here ? "this" : checkout,
      "% of a core": of("whole", 1),
      "main isolate": of("main", 1),
      "three renderers": of("renderers", 1),
      "sleeps a second": of("sleeps", 0),
      "memory, MiB": of("memory", 0),
    });
  }
}
await report("idle", rows);
