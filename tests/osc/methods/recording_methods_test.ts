import assert from "node:assert/strict";
import { recordingMethods } from "../../../osc/methods/recording_methods.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";
import { until } from "../../../testing/until.ts";

Deno.test("a recording is begun, asked about and ended over OSC, and listeners hear of it; a name that is no name is refused", () =>
  inFolder((folder) =>
    withOscServer(async (client, { engine }) => {
      const path = `${folder}/take 1.wav`;
      await client.ask("/notify", "i", 1);
      assert.match((await client.ask("/rec/stop")).at(-1)!, /^\/fail \/rec\/stop nothing is being recorded/);
      assert.match(
        (await client.ask("/rec/start", "s", "../take")).at(-1)!,
        /^\/fail \/rec\/start a name of a recording is/,
      );
      assert.match(
        (await client.ask("/rec/start", "ss", "take", "1")).at(-1)!,
        /^\/fail \/rec\/start expected a name or nothing, found 2 arguments/,
      );
      assert.equal((await client.ask("/rec/start", "s", "take 1")).at(-1), `/done /rec/start ${path}`);
      const status = (await client.ask("/rec/status"))[0];
      assert.ok(status.startsWith(`/rec/status.reply state recording file ${path} seconds`), status);
      assert.equal((await client.ask("/rec/stop")).at(-1), `/done /rec/stop ${path}`);
      await until("both events", () => client.heard("/event/rec/stop").length > 0);
      assert.ok(client.heard("/event/rec/start")[0].startsWith(`/event/rec/start ${path} `));
      assert.match(
        (await client.ask("/rec/start", "s", "take 1")).at(-1)!,
        /it exists already; choose another name/,
      );
      const access = recordingMethods(engine).map(({ access }) => access);
      assert.deepEqual(access, ["change", "change", "read"]);
    }, { environment: { UNDERSTUDY_RECORDINGS: folder } })
  ));
