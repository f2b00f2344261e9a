/** Needs the machine alone: renderers break while the clock plays, and the others must keep up. */
import assert from "node:assert/strict";
import { CommandRefusedError, type FaultKind, faultKinds } from "../../engine/control/control.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { OutputCapture } from "../../testing/engine/output_capture.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { sharedItems } from "../../testing/share.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { sameBits } from "../../testing/patch/patch_player.ts";
import { quantiles } from "./jack_chaos.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);

/** Breaks renderers while notes play, and compares every sample that was handed over with the render of the session. */
async function chaos(
  folder: string,
  environment: Record<string, string>,
  kinds: readonly FaultKind[],
  faults: number,
): Promise<void> {
  const random = new SeededRandom(seed);
  const session = `${folder}/chaos.session`;
  const { engine, events, lockstep, secondsPass } = await startTestEngine({
    environment: { ...environment, UNDERSTUDY_SESSION: session },
    patch: (format) => compilePatch("keys", format), // polyphonic, with a delay line that feeds back
    captureFrames: 1 << 20, // many seconds, for a main isolate that is held up
    startBlock: 0xFFFFFF00, // the block number wraps on the way
    startLogPosition: 0xFFFFFFF0,
  });
  const capture = new OutputCapture(engine.memory);
  for (let count = 0; count < faults; count++) {
    const kind = kinds[count % kinds.length];
    for (let note = 0; note < 4; note++) {
      const id = 40 + random.below(40);
      engine.submit([{ kind: "noteOn", instrument: 0, id, number: id, velocity: random.next() }, {
        kind: "noteOff",
        instrument: 0,
        id: id - 5,
      }]);
      await secondsPass((30 + random.below(60)) / 1_000);
    }
    await lockstep();
    try {
      engine.injectFault(kind, random.pick(["primary", "standby"] as const));
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
    }
  }
  await secondsPass(0.3);
  await engine.settled();
  const status = engine.status();
  await engine.stop();
  const captured = capture.finish();
  const rendered = await renderAgain(session);
  const ms = events.flatMap((event) =>
    event.event === "lockstep" && event.renderers === 2 ? [event.afterMs] : []
  );
  console.log(
    `seed ${seed}: ${faults} faults, ${status.replacements} replaced ${JSON.stringify(status.faults)}, ` +
      `${status.rescuedBlocks} blocks rescued, ${status.concealedFrames} frames concealed; lockstep ${
        quantiles(ms.slice(1))
      }`,
  );
  assert.equal(rendered.differingBlocks, 0, `seed ${seed}`);
  assert.ok(rendered.complete);
  assert.ok(
    sameBits(captured, rendered.samples.subarray(0, captured.length)),
    `captured audio differs, seed ${seed}`,
  );
  assert.ok(rendered.samples.length - captured.length <= 128 * 2, "all but the last period was captured");
  assert.ok(captured.some((sample) => sample !== 0));
  assert.ok(status.replacements >= kinds.length - 1);
}

const formats: readonly (readonly [string, Record<string, string>, number])[] = [
  ["128 frames by 4", {}, 12],
  [
    "64 frames by 8 at 96 kHz",
    { UNDERSTUDY_BLOCK_FRAMES: "64", UNDERSTUDY_LOOKAHEAD_BLOCKS: "8", UNDERSTUDY_SAMPLE_RATE: "96000" },
    9,
  ],
];

for (const [name, environment, faults] of sharedItems("formats of the chaos on the clock", formats, 2)) {
  Deno.test(`under faults of every kind, ${name}, what the device gets is the render of the session`, () =>
    inFolder((folder) => chaos(folder, environment, faultKinds, faults)));
}
