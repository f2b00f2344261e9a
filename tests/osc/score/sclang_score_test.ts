/** SuperCollider's own language writes scores, by each of its ways, and they are read as they are. */
import assert from "node:assert/strict";
import { readScore } from "../../../osc/score/score.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";
import { requirement } from "../../../testing/requirement.ts";

const script = new URL("../foreign/score.scd", import.meta.url).pathname;

requirement({
  name: "what sclang writes of a Score, of a section, of a pattern and for recordNRT is read",
  fn: () =>
    inFolder(async (folder) => {
      const { success, stdout } = await new Deno.Command("sclang", {
        args: [script, folder],
        // its window system and its browser are not needed, and the latter refuses to start as root
        env: { QT_QPA_PLATFORM: "offscreen", QTWEBENGINE_DISABLE_SANDBOX: "1" },
        stdin: "null",
      }).output();
      assert.ok(success, new TextDecoder().decode(stdout));
      const { parameters, instruments } = patchNamed("keys").build(testFormat);
      const read = async (name: string) => {
        const { events, endFrame } = readScore(await Deno.readFile(`${folder}/${name}.osc`), {
          name,
          sampleRateHz: 48_000,
          patch: { parameters, instruments: instruments.map((each) => each.name) },
        });
        const texts = events.flatMap(({ frame, commands }) =>
          commands.map((command) => [
            frame,
            command.kind,
            "number" in command ? Math.round(command.number * 1e4) / 1e4 : undefined,
          ])
        );
        return { texts, endFrame };
      };
      const all = [
        [0, "noteOn", 60],
        [24_000, "noteOff", undefined],
        [48_000, "noteOn", 64],
        [72_000, "noteOff", undefined],
        [72_000, "set", undefined],
      ];
      assert.deepEqual(await read("score"), { texts: all, endFrame: 96_000 });
      assert.deepEqual(await read("section"), { texts: all.slice(0, 3), endFrame: 48_000 });
      assert.deepEqual(await read("record"), { texts: all.slice(0, 3), endFrame: 48_000 });
      assert.deepEqual(await read("pattern"), {
        texts: [
          [0, "noteOn", 60],
          [19_200, "noteOff", undefined],
          [24_000, "noteOn", 64.5],
          [43_200, "noteOff", undefined],
        ],
        endFrame: 48_000,
      });
      // an event of sclang says where its sound lies, and keys has a parameter pan
      assert.deepEqual(await read("notes"), {
        texts: [
          [0, "set", undefined],
          [0, "noteOn", 60],
          [19_200, "noteOff", undefined],
          [24_000, "set", undefined],
          [24_000, "noteOn", 64],
          [43_200, "noteOff", undefined],
        ],
        endFrame: 48_000,
      });
      await assert.rejects(
        () => read("synth"),
        /\/s_new: expected an instrument of the patch .*found "default"/,
      );
    }),
}, { commands: ["sclang"], install: "apt-get install supercollider-language" });
