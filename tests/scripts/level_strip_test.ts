import assert from "node:assert/strict";
import { marginLeft, readPicture, withLevel } from "../../scripts/level_strip.ts";

const pictures = new URL("../../docs/pictures/", import.meta.url);
const file = await Deno.readFile(new URL("piano.png", pictures));

Deno.test("the level is drawn below a picture, which stays as it is", () => {
  const before = readPicture(file);
  const after = readPicture(withLevel(file, [{ peakDb: 0, rmsDb: -20 }, { peakDb: -30, rmsDb: -90 }]));
  assert.equal(after.width, before.width);
  assert.ok(after.height > before.height);
  assert.deepEqual(after.pixels.subarray(0, before.pixels.length), before.pixels);
  const column = (index: number) =>
    Array.from(
      { length: after.height - before.height },
      (_, row) => after.pixels[(before.height + row) * after.width + marginLeft + index],
    );
  const [loud, soft, beyond] = [0, 1, 2].map(column);
  // two thirds of the strip are filled at -20 dB
  const filled = loud[loud.length - 2];
  const share = loud.filter((colour) => colour === filled).length / (loud.length - 6);
  assert.ok(Math.abs(share - 2 / 3) < 0.05, `${share}`);
  assert.ok(!soft.includes(filled));
  assert.equal(soft.filter((colour) => colour === loud[6]).length, 1, "one bright dot for the peak");
  assert.ok(new Set(beyond).size === 1, "nothing is drawn where there is no level");
});

Deno.test("what is not a picture of sox is refused", () => {
  assert.throws(() => withLevel(new Uint8Array(64), []), /expected a PNG, found something else/);
  const grey = file.slice();
  grey[25] = 0;
  assert.throws(() => withLevel(grey, []), /with a palette/);
});
