import assert from "node:assert/strict";
import { checkNames, strictNames } from "../../../modules/signal/strict_names.ts";

Deno.test("a name that is not there is an error with the nearest; what the runtime asks for is not", () => {
  const values = strictNames({ gainDb: 1, pan: 2 }, "master: there is no parameter");
  assert.deepEqual({ ...values }, { gainDb: 1, pan: 2 });
  assert.equal(JSON.stringify(values), '{"gainDb":1,"pan":2}');
  assert.ok("pan" in values && !("gain" in values));
  assert.match(Deno.inspect(values), /gainDb/);
  const asked = values as Readonly<Record<string, unknown>>;
  assert.throws(() => asked.gain, { message: "master: there is no parameter gain; did you mean gainDb?" });
  const empty = strictNames({} as Readonly<Record<string, unknown>>, "no");
  assert.throws(() => empty.a, { message: "no a; there are none" });
});

Deno.test("names that are not allowed are refused with the nearest", () => {
  checkNames("there is no option", { voices: 1 }, ["voices", "mode"]);
  assert.throws(() => checkNames("there is no option", { voces: 1 }, ["voices", "mode"]), {
    message: "there is no option voces; did you mean voices?",
  });
});
