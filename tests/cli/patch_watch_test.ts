import assert from "node:assert/strict";
import { PatchWatch } from "../../cli/patch_watch.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { until } from "../../testing/until.ts";

/** A file that is watched, what was loaded of it, and what was said. */
async function watching(
  folder: string,
  work: (file: string, loaded: string[], said: string[], hold: () => () => void) => Promise<void>,
): Promise<void> {
  const file = `${folder}/organ.ts`;
  await Deno.writeTextFile(file, "first");
  const [loaded, said]: [string[], string[]] = [[], []];
  let held: Promise<void> | undefined;
  const watch = new PatchWatch({
    file,
    load: async () => {
      const text = Deno.readTextFileSync(file);
      loaded.push(text);
      await held;
      if (text.startsWith("bad")) throw new Error(`${text} is refused`);
    },
    onLoaded: () => said.push("loaded"),
    onRefused: (reason) => said.push(reason),
  });
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return () => {
      held = undefined;
      resolve();
    };
  };
  try {
    await work(file, loaded, said, hold);
  } finally {
    await watch.stop();
  }
}

Deno.test("a save is loaded, in place or by renaming; a faulty one is told, and the next counts again", () =>
  inFolder((folder) =>
    watching(folder, async (file, loaded, said) => {
      await Deno.writeTextFile(`${folder}/other.ts`, "not this");
      await Deno.writeTextFile(file, "second");
      await until("the second", () => said.length === 1);
      await Deno.writeTextFile(`${file}~`, "bad third");
      await Deno.rename(`${file}~`, file);
      await until("the third", () => said.length === 2);
      await Deno.remove(file);
      await Deno.writeTextFile(file, "fourth");
      await until("the fourth", () => said.length === 3);
      assert.deepEqual(loaded, ["second", "bad third", "fourth"]);
      assert.deepEqual(said, ["loaded", "bad third is refused", "loaded"]);
    })
  ));

Deno.test("while one save is loaded the others wait, and only the last of them is loaded", () =>
  inFolder((folder) =>
    watching(folder, async (file, loaded, said, hold) => {
      const release = hold();
      await Deno.writeTextFile(file, "second");
      await until("the second is begun", () => loaded.length === 1);
      for (const text of ["third", "fourth", "fifth"]) await Deno.writeTextFile(file, text);
      release();
      await until("the last", () => loaded.at(-1) === "fifth" && said.length === loaded.length);
      assert.deepEqual(loaded, ["second", "fifth"]);
    })
  ));
