/**
 * A sound server that dies under the engine.
 *
 * Covers: engine/driver/driver_keeper.ts, engine/driver/portaudio_driver.ts, ffi/quiet_sound_libraries.ts
 */
import assert from "node:assert/strict";
import { requirement } from "../../requirement.ts";
import { soundServerNeeds } from "../../sound_server.ts";

requirement({
  name: "when the sound server is killed the music goes on by the clock, obeys, and stops cleanly",
  fn: async () => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", new URL("./lose_device.ts", import.meta.url).href],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
}, soundServerNeeds);
