import assert from "node:assert/strict";
import { requirement } from "../../../testing/requirement.ts";
import { serverNames, soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";

const answers = async (env: Readonly<Record<string, string>>) =>
  (await new Deno.Command("jack_lsp", { env, stdout: "null", stderr: "null" }).output()).success;

Deno.test("two files that run at once try other names first, and each tries all", () => {
  const [one, other] = [serverNames(0), serverNames(1)];
  assert.deepEqual(one.slice(0, 4).filter((name) => other.slice(0, 4).includes(name)), []);
  for (const names of [one, other]) assert.equal(new Set(names).size, 8);
  assert.deepEqual([...one].sort(), [...other].sort());
});

requirement({
  name:
    "servers have different names, answer when they have started, give their name to no other, and end when they are stopped",
  fn: async () => {
    const servers = [await startSoundServer(48_000, 256), await startSoundServer(44_100, 128)];
    try {
      assert.notEqual(servers[0].name, servers[1].name);
      for (const { env } of servers) assert.ok(await answers(env));
      await assert.rejects(startSoundServer(48_000, 256, servers[0].name), /server already active/);
    } finally {
      await servers[0].stop();
      await servers[1].kill();
    }
    for (const { env } of servers) assert.ok(!await answers(env));
  },
}, soundServerNeeds);
