/** Records more than the limit on file sizes allows; run by `session_test.ts` with that limit set. */
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { until } from "../../../testing/until.ts";

const writer = await SessionWriter.create(Deno.args[0], testHeader, (error) => console.log(error.message));
await until("the end of the recording", () => {
  writer.write("BLKS", new Uint8Array(4_000));
  return !writer.recording;
});
await writer.close({ blocks: 0, concealedFrames: 0 });
console.log(`recording: ${writer.recording}`);
