/** Records more than the limit on file sizes allows; run by `session_test.ts` with that limit set. */
import { SessionWriter } from "../../../engine/session/session_writer.ts";

const writer = await SessionWriter.create(Deno.args[0], {
  engineVersion: "0",
  patch: "sines",
  patchSha256: "00",
  seed: 1,
  sampleRateHz: 48_000,
  blockFrames: 128,
  channels: 2,
  inputChannels: 0,
  lookaheadBlocks: 4,
  startBlock: 0,
  startLogPosition: 0,
  startedAt: "2026-01-01T00:00:00.000Z",
}, (error) => console.log(error.message));
for (let index = 0; index < 100; index++) {
  writer.write("BLKS", new Uint8Array(4_000));
  await new Promise((done) => setTimeout(done, 1));
}
await writer.close({ blocks: 0, concealedFrames: 0 });
console.log(`recording: ${writer.recording}`);
