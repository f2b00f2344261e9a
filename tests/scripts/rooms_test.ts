/** Needs no real time: the files that it names are texts of its own. */
import assert from "node:assert/strict";
import { houseOf, planText, tableText } from "../../scripts/rooms.ts";
import { sourcesIn } from "./tidy/tree_of.ts";

const sources = sourcesIn({
  "main.ts": 'import "./engine/engine.ts";\n',
  "engine/engine.ts": 'import "./log/log.ts";\nimport type { M } from "./memory/memory.ts";\n',
  "engine/log/log.ts": 'import "../memory/memory.ts";\n',
  "engine/log/seal.ts": "",
  "engine/memory/memory.ts": 'import "../log/seal.ts";\n',
  "osc/a.ts": 'import "./b.ts";\n',
  "osc/b.ts": 'import "./a.ts";\n',
});

Deno.test("the table has one line for the house and for each folder with arrows, and every circle", () => {
  assert.equal(
    tableText(houseOf(sources)),
    [
      "           rooms  arrows  floors  back up  circles",
      "the house      3       1       2        0        0",
      "engine         3       4       3        1        1",
      "osc            2       2       2        1        1",
      "",
      "circle in engine: engine/log, engine/memory",
      "circle in osc: osc/a.ts, osc/b.ts",
      "circle of files: osc/a.ts, osc/b.ts",
    ].join("\n"),
  );
});

Deno.test("a plan lists rooms from the top floor down with what each imports", () => {
  const [plan] = houseOf(sources, ["engine"]).plans;
  assert.match(planText(plan), /^ {2}3 {2}engine\.ts 2 -> log, memory \(types\)$/m);
  assert.match(planText(plan), /\(back up\)/);
});

Deno.test("this house is read by the command, as text and as JSON", async () => {
  const run = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-read", "--allow-run=git", "scripts/rooms.ts", ...args],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assert.ok(success);
    return new TextDecoder().decode(stdout);
  };
  assert.match(await run("engine", "--at", "HEAD"), /^engine +\d+ +\d+ +\d+/m);
  const { plans } = JSON.parse(await run(".", "--json"));
  assert.ok(plans[0].rooms.some(({ name }: { name: string }) => name === "engine"));
});
