import assert from "node:assert/strict";
import { CommandRefused } from "../../../engine/control.ts";
import { ParameterWatch } from "../../../osc/oscquery/parameter_watch.ts";
import { compilePatch } from "../../../patches/catalogue.ts";
import { startTestEngine } from "../../test_engine.ts";

Deno.test("a parameter has its default, then what was accepted last, whatever was refused", async () => {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("keys", format) });
  try {
    const values = new ParameterWatch(engine);
    const heard: string[] = [];
    const leave = values.onSet((address) => heard.push(address));
    const index = engine.parameters.findIndex(({ address }) => address === "keys/cutoffHz");
    const parameter = engine.parameters[index];
    assert.equal(values.valueOf(parameter), parameter.default);
    values.engine.submit([
      { kind: "panic" },
      { kind: "set", parameter: index, value: 700 },
      { kind: "set", parameter: index, value: 800 },
    ]);
    assert.equal(values.valueOf(parameter), 800);
    assert.throws(
      () => values.engine.submit([{ kind: "set", parameter: index, value: 1e9 }]),
      CommandRefused,
    );
    assert.equal(values.valueOf(parameter), 800);
    assert.deepEqual(heard, ["keys/cutoffHz", "keys/cutoffHz"]);
    leave();
    values.engine.submit([{ kind: "set", parameter: index, value: 900 }]);
    assert.equal(heard.length, 2);
    // another patch with a parameter of this address, but a range that does not hold the value
    assert.equal(values.valueOf({ ...parameter, max: 850, default: 300 }), 300);
    assert.equal(values.valueOf({ ...parameter, default: 300 }), 900);
  } finally {
    await engine.stop();
  }
});

Deno.test("the engine seen through the watch is the engine", async () => {
  const { engine } = await startTestEngine();
  const seen = new ParameterWatch(engine).engine;
  assert.equal(seen.parameters, engine.parameters);
  assert.equal(seen.status().state, "running");
  await seen.settled();
  await seen.stop();
  assert.equal(engine.status().state, "stopped");
});
