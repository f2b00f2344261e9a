/**
 * What a start costs in processor time and memory, in threads and in processes, paired with another checkout.
 * `deno task bench:start [OTHER_CHECKOUT] [ROUNDS]`
 *
 * Processor time is that of all processes from the command until they have ended, a moment after the program was ready.
 */
import { median } from "./median.ts";
import { family, memoryMiB } from "./process_family.ts";
import { report } from "./report.ts";
import { startProgram, stopProgram } from "./started_program.ts";

const here = new URL("..", import.meta.url).pathname;
const [other, rounds = "5"] = Deno.args;
const checkouts = other === undefined ? [here] : [other, here];

/** A pause before the memory is read, in which what a start loads later has come. */
const settleMs = 3_000;

/** Processor time of the children that have ended, and of theirs: user and system, in units of 1/100 s. */
function childrenSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measure(checkout: string, isolation: string) {
  const before = childrenSeconds();
  const program = await startProgram({
    patch: "keys",
    environment: {
      UNDERSTUDY_ISOLATION: isolation,
      ...{ UNDERSTUDY_OSCQUERY_PORT: "0", UNDERSTUDY_MDNS: "off", UNDERSTUDY_MIDI: "off" },
    },
    checkout,
  });
  await new Promise((resume) => setTimeout(resume, settleMs));
  const memory = memoryMiB(family(program.process.pid));
  await stopProgram(program);
  return { readyMs: program.readyMs, memory, processor: childrenSeconds() - before };
}

const rows: Record<string, string | number>[] = [];
for (const isolation of ["threads", "processes"]) {
  const found = checkouts.map(() => [] as Awaited<ReturnType<typeof measure>>[]);
  for (let round = 0; round <= Number(rounds); round++) {
    for (const [index, checkout] of checkouts.entries()) {
      const result = await measure(checkout, isolation);
      if (round > 0) found[index].push(result); // the first fills caches, and builds
    }
  }
  for (const [index, checkout] of checkouts.entries()) {
    const of = (name: "readyMs" | "memory" | "processor") => median(found[index].map((one) => one[name]));
    rows.push({
      isolation,
      checkout: checkout === here ? "this" : checkout,
      "ready, ms": Math.round(of("readyMs")),
      [`processor time of ${settleMs / 1_000} s, s`]: of("processor").toFixed(2),
      "memory, MiB": Math.round(of("memory")),
    });
  }
}
await report("start", rows);
