import assert from "node:assert/strict";
import type { Evaluation } from "../../../patches/loading/evaluate_child.ts";
import { graphFromJson } from "../../../compiler/graph/validate.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

/** Runs the child as its parent does, but with every permission, and returns the last line of its output. */
async function evaluate(source: string): Promise<Evaluation> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, source);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--config", new URL("../../../deno.json", import.meta.url).pathname],
      new URL("../../../patches/loading/evaluate_child.ts", import.meta.url).href,
      `file://${file}`,
      JSON.stringify(testFormat),
    ],
    stderr: "inherit",
  }).output();
  await Deno.remove(file);
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!);
}

Deno.test("the last line of the output is the graph, or the error with its line; never both", async () => {
  const built = await evaluate(
    `import { definePatch } from "understudy";
    Deno.stdout.writeSync(new TextEncoder().encode("half a line"));
    export default definePatch({
      name: "through", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input,
    });`,
  );
  assert.equal(built.error, undefined);
  assert.equal(graphFromJson(built.graph!).name, "through");
  const broken = await evaluate("\nthrow new Error('out of tune');");
  assert.equal(broken.graph, undefined);
  assert.match(broken.error!, /^\w+\.ts:2: Error: out of tune$/);
});
