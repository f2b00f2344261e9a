/**
 * A sound server that dies, or stands still, under the engine.
 */
import assert from "node:assert/strict";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds } from "../../../testing/sound/sound_server.ts";

async function lose(how: "killed" | "halted"): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", new URL("./lose_device.ts", import.meta.url).href, how],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

requirement({
  name: "when the sound server is killed the music goes on by the clock, obeys, and stops cleanly",
  fn: () => lose("killed"),
}, soundServerNeeds);

requirement({
  name: "when the sound server stands still the clock takes over, and gives way when the server goes on",
  fn: () => lose("halted"),
}, soundServerNeeds);
