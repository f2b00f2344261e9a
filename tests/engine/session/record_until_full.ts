/** Records more than the limit on file sizes allows; run by `session_test.ts` with that limit set. */
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";

const writer = await SessionWriter.create(Deno.args[0], testHeader, (error) => console.log(error.message));
for (let index = 0; index < 100; index++) {
  writer.write("BLKS", new Uint8Array(4_000));
  await new Promise((done) => setTimeout(done, 1));
}
await writer.close({ blocks: 0, concealedFrames: 0 });
console.log(`recording: ${writer.recording}`);
