import assert from "node:assert/strict";
import { streamMethods } from "../../../osc/methods/stream_methods.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";
import { until } from "../../../testing/until.ts";

Deno.test("a file is armed, played, looped and stopped over OSC, and listeners hear of it; what cannot be is refused", () =>
  inFolder(async (folder) => {
    await writeNoise({ path: `${folder}/a.wav`, seed: 9, frames: 48_000 });
    await withOscServer(async (client, { engine }) => {
      const last = async (...message: Parameters<typeof client.ask>) =>
        (await client.ask(...message)).at(-1)!;
      await client.ask("/notify", "i", 1);
      assert.match(
        await last("/stream/play", "is", 1, "a.wav"),
        /^\/fail \/stream\/play a\.wav is not armed; send \/stream\/arm/,
      );
      assert.match(
        await last("/stream/arm", "s", "b.wav"),
        /^\/fail \/stream\/arm .*b\.wav: there is no such file/,
      );
      assert.equal(await last("/stream/arm", "s", "a.wav"), "/done /stream/arm 2 channels, 1.000 s");
      assert.match(await last("/stream/play", "is", 33, "a.wav"), /player: expected 1 to 32, found 33/);
      assert.equal(await last("/stream/slices", "isffi", 2, "a.wav", 0.1, 0.2, 0), "/done /stream/slices");
      assert.equal(await last("/stream/rate", "iff", 2, 0.5, 0.1), "/done /stream/rate");
      assert.equal(await last("/stream/level", "ifi", 2, -6, 1), "/done /stream/level");
      assert.equal(await last("/stream/route", "iiif", 2, 1, 4, -90), "/done /stream/route");
      assert.equal(await last("/stream/play", "i", 2), "/done /stream/play");
      await until("a player that plays", () => engine.players[0]?.state === "playing");
      assert.match((await client.ask("/stream/status"))[0], /^\/stream\/status\.reply 2 a\.wav playing /);
      assert.match(await last("/stream/disarm", "s", "a.wav"), /a\.wav is on player 2; stop it first/);
      for (const address of ["pause", "resume", "devamp", "stop"]) {
        assert.equal(await last(`/stream/${address}`, "i", 2), `/done /stream/${address}`);
      }
      await until("the end of the player", () => client.heard("/event/stream/end").length > 0);
      assert.deepEqual(client.heard("/event/stream/open"), ["/event/stream/open 2 a.wav"]);
      assert.equal(await last("/stream/disarm", "s", "a.wav"), "/done /stream/disarm");
      assert.ok(streamMethods(engine).every(({ address }) => address.startsWith("/stream/")));
    }, { environment: { UNDERSTUDY_STREAM_MIB: "4", UNDERSTUDY_STREAM_FOLDER: folder } });
  }));
