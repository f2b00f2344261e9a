import assert from "node:assert/strict";
import { jackServer } from "../../cli/jack_server.ts";
import { readConfig } from "../../config/settings.ts";
import { JackError } from "../../ffi/jack.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";

requirement({
  name:
    "a server says its period and its devices, and is left without a client; without one the remedy is named",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const { native } = await nativeForTests();
    const server = await startSoundServer(48_000, 256);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    try {
      assert.deepEqual(await jackServer(readConfig({}), native), {
        periodFrames: 256,
        devices: [{ name: "system", channels: 2 }],
      });
      const { stdout } = await new Deno.Command("jack_lsp", { env: server.env }).output();
      assert.doesNotMatch(new TextDecoder().decode(stdout), /understudy/);
    } finally {
      await server.stop();
    }
    await assert.rejects(jackServer(readConfig({}), native), JackError);
  },
}, { ...soundServerNeeds, libraries: ["libjack.so.0"] });
