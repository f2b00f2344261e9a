import assert from "node:assert/strict";
import { deserialize } from "node:v8";
import { checkEvaluation } from "../../../patches/loading/check_child.ts";
import { graphToJson } from "../../../compiler/graph/graph_json.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const graph = keys.build(testFormat);

Deno.test("the last line of what was written is checked: a graph becomes its bytes", () => {
  const { verdict, bytes } = checkEvaluation(
    `half a line\n${JSON.stringify({ graph: graphToJson(graph) })}\n`,
    testFormat,
  );
  assert.deepEqual(verdict, { name: "keys", samples: [] });
  assert.deepStrictEqual(deserialize(bytes), graph);
});

Deno.test("what is no answer, no graph, or an error is a text of limited length", () => {
  const error = (output: string) => {
    const { verdict, bytes } = checkEvaluation(output, testFormat);
    assert.equal(bytes.length, 0);
    assert.ok("error" in verdict && verdict.error.length <= 2_000);
    return verdict.error;
  };
  assert.match(error(""), /ended by itself before it gave a patch/);
  assert.match(error('{"graph":7}'), /gave nonsense/);
  assert.match(error('{"graph":"{}"}'), /expected a patch; name: /);
  assert.equal(error('{"error":"out of tune"}'), "out of tune");
  assert.match(error(JSON.stringify({ error: "x".repeat(10_000) })), /^x+$/);
});
