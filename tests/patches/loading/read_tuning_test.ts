import assert from "node:assert/strict";
import { exitCodes } from "../../../foundation/exit_codes.ts";
import { ScaleError } from "../../../modules/tuning/scale_error.ts";
import { readTuning } from "../../../patches/loading/read_tuning.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("a Scala file gives the pitch of every key; an error names the file", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/equal.scl`, "octaves\n1\n2/1\n");
    const pitches = await readTuning(`${folder}/equal.scl`);
    assert.equal(pitches.length, 128);
    assert.equal(pitches[61] - pitches[60], 12, "one step of this scale is an octave");
    await Deno.writeTextFile(`${folder}/a.kbm`, "0\n0\n127\n60\n69\n432.0\n0\n");
    const mapped = await readTuning(`${folder}/equal.scl`, `${folder}/a.kbm`);
    assert.ok(Math.abs(mapped[69] - 69 - 12 * Math.log2(432 / 440)) < 1e-9);
    await Deno.writeTextFile(`${folder}/broken.scl`, "broken\n2\n3/2\n");
    const refusal = (message: RegExp) => (error: unknown) => {
      assert.ok(error instanceof ScaleError, String(error));
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCodes.usage);
      return true;
    };
    await assert.rejects(readTuning(`${folder}/broken.scl`), refusal(/broken\.scl: /));
    await assert.rejects(readTuning(folder), refusal(/expected a file, found a/));
    await assert.rejects(readTuning("/dev/zero"), refusal(/expected a file, found a/));
    await assert.rejects(
      readTuning(`${folder}/equal.scl`, `${folder}/none.kbm`),
      refusal(/^cannot read the keyboard mapping .*none\.kbm: /),
    );
    await Deno.truncate(`${folder}/equal.scl`, 2 ** 20);
    assert.equal((await readTuning(`${folder}/equal.scl`)).length, 128);
    await Deno.truncate(`${folder}/equal.scl`, 2 ** 20 + 1);
    await assert.rejects(
      readTuning(`${folder}/equal.scl`),
      refusal(/at most 1048576 bytes, found 1048577$/),
    );
    await assert.rejects(
      readTuning(`${folder}/none.scl`),
      refusal(/^cannot read the tuning .*none\.scl: /),
    );
  }));
