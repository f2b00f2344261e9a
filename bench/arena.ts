/**
 * What the size of a patch's state costs while it plays: concealed frames, processor time and memory, and whether the
 * renderers stay in lockstep. `deno task bench:arena [SECONDS [MIB…]]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import type { CompiledPatch, PatchFormat } from "../compiler/graph/compiled_patch.ts";
import { fixed, within } from "../engine/memory/layout.ts";
import { snapshotIndex } from "../engine/memory/places.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { compileLargePatch } from "../testing/patch/large_patch.ts";
import { until } from "../testing/until.ts";
import { report } from "./report.ts";

const { numberAt, words } = developmentCommand(import.meta.url, { maxWords: Infinity });
const seconds = numberAt(0, 8);
const sizes = words.length > 1
  ? words.slice(1).map((_, index) => numberAt(index + 1, 0))
  : [1, 8, 32, 128, 252];

interface Run {
  readonly what: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly patch: (format: PatchFormat) => CompiledPatch;
}

/** Processor time of this process so far, in seconds. */
function processorSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function play({ what, environment, patch }: Run): Promise<Record<string, string | number>> {
  const engine = await startTestEngine({ environment, patch });
  await until(
    "three renderers in lockstep",
    () => engine.events.some((event) => event.event === "lockstep" && event.renderers === 3),
  );
  await engine.secondsPass(1); // until those that wait have made their arenas ready
  for (let id = 0; id < 4; id++) {
    engine.engine.submit([{ kind: "noteOn", instrument: 0, id, number: 50 + id * 5, velocity: 0.5 }]);
  }
  const [before, usedSeconds, startedMs] = [engine.engine.status(), processorSeconds(), performance.now()];
  await engine.secondsPass(seconds);
  const after = engine.engine.status();
  const share = (processorSeconds() - usedSeconds) / (performance.now() - startedMs) * 1_000;
  const { memory } = engine.engine;
  const accepted = memory.words[fixed.control.acceptedSnapshot.index] - 1;
  const ageBlocks = accepted < 0
    ? NaN
    : memory.consumed() - memory.words[snapshotIndex(memory, accepted) + within.snapshot.block.index];
  const { blockFrames, sampleRateHz } = memory.geometry;
  const row = {
    what,
    "arena, MiB": Number((engine.patch.arena.bytes / 2 ** 20).toFixed(1)),
    "concealed frames": after.concealedFrames - before.concealedFrames,
    "of frames": Math.round(seconds * sampleRateHz),
    "renderers replaced": after.replacements - before.replacements,
    "blocks rescued": after.rescuedBlocks - before.rescuedBlocks,
    "processor, % of a core": Number((share * 100).toFixed(1)),
    "newest snapshot, s old": Number((ageBlocks * blockFrames / sampleRateHz).toFixed(2)),
    "resident, MiB": Math.round(Deno.memoryUsage().rss / 2 ** 20),
  };
  console.log(row, after.faults);
  await engine.stop();
  return row;
}

const rows: Record<string, string | number>[] = [];
for (const mebibytes of sizes) {
  rows.push(
    await play({
      what: `${mebibytes} delay lines of 1 MiB, 48 kHz, 128 x 4`,
      environment: {},
      patch: (format) => compileLargePatch(mebibytes, format),
    }),
  );
}
if (words.length < 2) {
  for (const [blockFrames, lookahead] of [["128", "4"], ["32", "8"]]) {
    rows.push(
      await play({
        what: `harp, 192 kHz, ${blockFrames} x ${lookahead}`,
        environment: {
          UNDERSTUDY_SAMPLE_RATE: "192000",
          UNDERSTUDY_BLOCK_FRAMES: blockFrames,
          UNDERSTUDY_LOOKAHEAD_BLOCKS: lookahead,
        },
        patch: (format) => compilePatch("harp", format),
      }),
    );
  }
}
await report("arena", rows);
Deno.exit(0);
