import assert from "node:assert/strict";
import { ImportGraph } from "../../../scripts/test/import_graph.ts";
import { type Lane, laneOf, saysParallel } from "../../../scripts/test/lanes.ts";
import { allTests } from "../../../scripts/test/selection.ts";

const laneOfTest = (text: string, source = "") =>
  laneOf(
    new ImportGraph(new Map([["tests/x_test.ts", `import "../x.ts";\n${text}`], ["x.ts", source]])),
    "tests/x_test.ts",
  );

Deno.test("a test needs real time when it reaches a socket, a clock, a stream or a sound server", () => {
  for (
    const call of [
      "const server = Deno.listen({ port: 0 });",
      'Deno.listenDatagram({ transport: "udp", port: 0 });',
      "await Deno.connect({ port: 1 });",
      "Deno.serve({ port: 0 }, answer);",
      "new WebSocket(address);",
      "native.symbols.us_clock_start(base, 32, 0);",
      "await library.symbols.Pa_StartStream(handle);",
      'new Deno.Command("jackd", { args: [] });',
    ]
  ) {
    assert.equal(laneOfTest(call), "realTime", call);
    assert.equal(laneOfTest("", call), "realTime", `${call} in what it imports`);
  }
});

Deno.test("a call in a comment or in a text does not count, a mark with its reason does", () => {
  assert.equal(laneOfTest("// Deno.listen() is not called here"), "parallel");
  assert.equal(laneOfTest('const patch = "await Deno.connect({ port: 1 })";'), "parallel");
  assert.equal(
    laneOfTest("", "/**\n * A process that listens.\n *\n * Needs real time: it listens.\n */"),
    "realTime",
  );
});

Deno.test("a test that says with its reason that it makes no such call runs beside others", () => {
  const said = "/**\n * Renders a score.\n *\n * Needs no real time: it only renders.\n */";
  assert.equal(laneOfTest(said, "Deno.listen({ port: 0 });"), "parallel");
  assert.equal(laneOfTest(said.replace("it only renders.", ""), "Deno.listen({ port: 0 });"), "realTime");
});

Deno.test("a test that judges the machine's time, and says so with its reason, runs alone", () => {
  const said = "/**\n * Counts late blocks.\n *\n * Needs the machine alone: it counts late blocks.\n */";
  assert.equal(laneOfTest(said, "Deno.listen({ port: 0 });"), "alone");
  assert.equal(
    laneOfTest(said.replace("it counts late blocks.\n", "\n"), "Deno.listen({ port: 0 });"),
    "realTime",
  );
});

Deno.test("of this project: engines, drivers, sockets and the program need real time, modules and the text of patches do not", async () => {
  const graph = await ImportGraph.read(new URL("../../../", import.meta.url));
  const lanes = new Map(allTests(graph).map((test) => [test, laneOf(graph, test)]));
  for (const test of lanes.keys()) {
    const reached = graph.closure(test);
    const needs = [
      "main.ts",
      "engine/engine.ts",
      "engine/device/clock_driver.ts",
      "osc/transport/udp_listener.ts",
      "osc/transport/tcp_listener.ts",
    ].find((file) => reached.has(file));
    if (needs !== undefined && !saysParallel(graph, test)) {
      assert.notEqual(lanes.get(test), "parallel", `${test} reaches ${needs}`);
    }
    if (/^tests\/(modules|docs|foundation|compiler\/wat)\//.test(test)) {
      assert.equal(lanes.get(test), "parallel", test);
    }
  }
  const count = (wanted: Lane) => [...lanes.values()].filter((lane) => lane === wanted).length;
  const [realTime, alone] = [count("realTime"), count("alone")];
  assert.ok(realTime > 20 && realTime < lanes.size / 3, `${realTime} of ${lanes.size}`);
  assert.ok(alone > 2 && alone < realTime / 3, `${alone} beside ${realTime}`);
});
