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

Deno.test("a part of a session is the same bytes as in the whole", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    await recordShortSession(session);
    await renderToWav({ session, out: `${folder}/whole.wav`, native });
    const whole = (await Deno.readFile(`${folder}/whole.wav`)).subarray(58);
    const out = `${folder}/part.wav`;
    const frames = async (part: { fromSeconds?: number; seconds?: number }) => {
      const report = await renderToWav({ session, out, native, part });
      assert.ok(report.identical);
      assert.doesNotMatch(report.text, /not closed/);
      return (await Deno.readFile(out)).subarray(58);
    };
    const frameBytes = 2 * 4;
    const middle = await frames({ fromSeconds: 40 / 8_000, seconds: 31 / 8_000 });
    assert.deepEqual(middle, whole.subarray(40 * frameBytes, 71 * frameBytes));
    assert.deepEqual(await frames({ fromSeconds: 0.0125 }), whole.subarray(100 * frameBytes));
    assert.deepEqual(await frames({ seconds: 0.001 }), whole.subarray(0, 8 * frameBytes));
    assert.deepEqual(await frames({ seconds: 60 }), whole);
    const beyond = renderToWav({ session, out, native, part: { fromSeconds: 1 } });
    await assert.rejects(beyond, /--from: the session has 0\.02 s, found 1/);
  }));
