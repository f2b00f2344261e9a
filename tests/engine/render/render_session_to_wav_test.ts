import assert from "node:assert/strict";
import { renderToWav } from "../../../engine/render/render_session_to_wav.ts";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { recordedBlocks, recordShortSession } from "../../../testing/engine/recorded_session.ts";

const { native } = await nativeForTests();

Deno.test("a report says how long it is, that every block is as it was, and where the file is", () =>
  inFolder(async (folder) => {
    const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
    await recordShortSession(session);
    let progress = 0;
    const report = await renderToWav({ session, out, native, onProgress: (part) => progress = part });
    assert.ok(report.identical && progress > 0.5 && progress <= 1);
    assert.match(report.text, /a\.wav: 0\.02 s, \d+ times real time; every block is what the device got$/);
  }));

Deno.test("a render stops at a gap and keeps the part before it; without a session it says how to render a patch", () =>
  inFolder(async (folder) => {
    const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
    await recordShortSession(
      session,
      (writer) => writer.write("GAP ", new Uint8Array(new Int32Array([4, 9]).buffer)),
    );
    await assert.rejects(renderToWav({ session, out, native }), /9 blocks from block 4 on were not recorded/);
    assert.equal((await Deno.stat(out)).size, 58 + recordedBlocks * 32 * 2 * 4);
    const missing = renderToWav({ session: `${folder}/none`, out, native });
    await assert.rejects(missing, (error: Error) => {
      assert.ok(error instanceof SessionDamagedError);
      assert.match(error.message, /--score FILE/);
      return true;
    });
  }));
