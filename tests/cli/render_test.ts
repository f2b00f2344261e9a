import assert from "node:assert/strict";
import { render } from "../../cli/render.ts";
import { readConfig } from "../../config/settings.ts";
import {
  blockRecordWords,
  type ChunkType,
  encodeChunk,
  sessionMagic,
} from "../../engine/session/session_format.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";

const config = readConfig({
  UNDERSTUDY_CACHE_DIR: new URL("../../build/native-tests", import.meta.url).pathname,
});

/** The session with one bit of every block's checksum turned, and whole otherwise. */
function withOtherChecksums(session: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(session.buffer);
  const parts: Uint8Array<ArrayBuffer>[] = [sessionMagic];
  for (let at = sessionMagic.length; at < session.length;) {
    const type = new TextDecoder().decode(session.subarray(at, at + 4)) as ChunkType;
    const payload = session.slice(at + 8, at + 8 + view.getUint32(at + 4, true));
    at += 8 + payload.length + 4;
    if (type === "BLKS") {
      for (let word = 1; word < payload.length / 4; word += blockRecordWords) payload[(word + 1) * 4] ^= 1;
    }
    parts.push(encodeChunk(type, payload));
  }
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("a session renders to a WAV file; one whose checksums differ has its own exit code", async () => {
  const folder = await Deno.makeTempDir();
  const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
  const { engine } = await startTestEngine({ environment: { UNDERSTUDY_SESSION: session } });
  engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await engine.settled();
  await engine.stop();
  assert.equal(await render({ command: "render", session, out, part: {} }, config), exitCodes.ok);
  const size = (await Deno.stat(out)).size;
  assert.ok(size > 44, `${size} bytes`);

  const other = `${folder}/other.session`;
  await Deno.writeFile(other, withOtherChecksums(await Deno.readFile(session)));
  assert.equal(await render({ command: "render", session: other, out, part: {} }, config), exitCodes.session);
  await Deno.remove(folder, { recursive: true });
});
