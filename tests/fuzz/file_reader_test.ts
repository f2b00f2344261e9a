/**
 * A share of what `deno task fuzz:files` does, without the engine beside it.
 *
 * Needs no real time: nothing plays; the readers of files reach no clock.
 */
import assert from "node:assert/strict";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { fileKinds } from "./file_kinds.ts";
import { mutated } from "./file_mutations.ts";
import { readBroken, type ReaderReport } from "./file_reader.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);

Deno.test("broken files of every kind are read, or refused with a sentence", async () => {
  console.log(`seed ${seed}`);
  let last: ReaderReport | undefined;
  await readBroken({ seed, files: 2_000 }, (report) => last = report);
  assert.deepEqual(last!.defects, []);
  assert.equal(last!.files, 2_000);
  for (const name of Object.keys(fileKinds())) {
    assert.ok(last!.refused[name] > 0, `seed ${seed}: ${name} was never refused: ${JSON.stringify(last)}`);
  }
});

Deno.test("the good files of every kind are read, and the same seed breaks them alike", async () => {
  const folder = await Deno.makeTempDir({ prefix: "understudy-fuzz-" });
  try {
    for (const [name, kind] of Object.entries(fileKinds())) {
      const originals = await kind.originals(folder);
      for (const original of originals) {
        await kind.read(original.slice(), folder);
        if (kind.mend !== undefined) await kind.read(kind.mend(original.slice()), folder);
        const [one, other] = [1, 1].map((one) =>
          mutated(original, originals[0], { isText: kind.isText, random: new SeededRandom(one) })
        );
        assert.deepEqual(one, other, name);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an error that does not say what is wrong with a file is a defect, with what replays it", async () => {
  const { wav } = fileKinds();
  const read = (bytes: Uint8Array<ArrayBuffer>) => {
    if (bytes.length % 5 === 0) throw new RangeError("planted");
    return wav.read(bytes, "");
  };
  let last: ReaderReport | undefined;
  await readBroken(
    { seed: 1, files: 100, first: 70, kinds: { wav: { ...wav, read } } },
    (report) => last = report,
  );
  const { defects: [first], read: { wav: taken }, refused: { wav: refused } } = last!;
  const [, number] = /^wav, seed 1, file (\d+): planted /.exec(first)!;
  assert.ok(taken > 0 && refused > 0 && taken + refused < 100);
  await readBroken(
    { seed: 1, files: 1, first: Number(number), kinds: { wav: { ...wav, read } } },
    (report) => last = report,
  );
  assert.equal(last!.defects[0], first);
});
