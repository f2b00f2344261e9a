/** The metrics, and the files of `examples/monitoring` that use them. Needs no real time: its engine is stepped. */
import assert from "node:assert/strict";
import { engineMetrics } from "../../monitoring/engine_metrics.ts";
import type { MetricFamily } from "../../monitoring/metric_family.ts";
import { prometheusText } from "../../monitoring/prometheus_text.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { requirement } from "../../testing/requirement.ts";

const examples = new URL("../../examples/monitoring/", import.meta.url);
const promtool = { commands: ["promtool"], install: "apt-get install prometheus" };

/** Metrics of a stepped engine that plays. */
async function families(): Promise<MetricFamily[]> {
  const { engine, lockstep, stop } = await startTestEngine({
    driver: "manual",
    environment: { UNDERSTUDY_SILENCE_SECONDS: "1" },
    patch: (format) => compilePatch("keys", format),
  });
  await lockstep();
  const distribution = { boundsSeconds: [0.5, 1], counts: [1, 0, 2], sumSeconds: 9 };
  const found = engineMetrics({
    status: engine.status(),
    measures: {
      ...engine.measures(),
      callbackDuration: distribution,
      callbackInterval: distribution,
      longestCallbackSeconds: 1,
      longestIntervalSeconds: 1,
    },
    osc: { packets: 4, refusedMessages: 2, malformed: 1, queueFull: 0, waiting: 0, senders: 1 },
    midi: { open: 1, connections: 1, messages: 3, refused: 0, lost: 0, ignored: 0, late: 0 },
    version: "1.2.3",
    process: { startSeconds: 1, cpuSeconds: 2, residentBytes: 3 },
  });
  await stop();
  return found;
}

const made = families();

Deno.test("every series has one value, no label takes a word from outside, and names keep Prometheus' conventions", async () => {
  const all = await made;
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  const series = all.flatMap(({ name, samples }) =>
    samples.map(({ suffix, labels }) => `${name}${suffix ?? ""} ${JSON.stringify(labels)}`)
  );
  assert.equal(new Set(series).size, series.length);
  assert.ok(series.length < 300, `${series.length} series`);
  for (const { name, type, help, samples } of all) {
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.match(help, /^[A-Z1].*\.$/, name);
    assert.ok(samples.length > 0, name);
    assert.ok(samples.every(({ value }) => Number.isFinite(value)), name);
  }
  assert.doesNotMatch(prometheusText(all), /keys|JACK|manual/, "names of patches and devices are no labels");
  const duration = all.find(({ name }) => name === "understudy_callback_duration_seconds")!;
  assert.deepEqual(duration.samples.map(({ suffix, labels, value }) => [suffix, labels?.le, value]), [
    ["_bucket", "0.5", 1],
    ["_bucket", "1", 1],
    ["_bucket", "+Inf", 3],
    ["_sum", undefined, 9],
    ["_count", undefined, 3],
  ]);
});

Deno.test("rules and dashboard use no metric that is not there, and the documents explain every alert", async () => {
  const known = new Set(
    (await made).flatMap(({ name, type }) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name]
    ),
  );
  const rules = await Deno.readTextFile(new URL("understudy.rules.yml", examples));
  const dashboard = await Deno.readTextFile(new URL("understudy.grafana.json", examples));
  const expressions = [
    ...[...rules.matchAll(/expr: (.*)/g)].map(([, expression]) => expression),
    ...JSON.parse(dashboard).panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }: { expr: string }) => expr)
    ),
  ];
  const used = expressions.flatMap((expression) => expression.match(/\b(?:understudy|process)_\w+/g) ?? []);
  assert.ok(used.length > 50);
  assert.deepEqual(used.filter((name) => !known.has(name)), []);
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, alert]) => alert);
  const document = await Deno.readTextFile(new URL("../../docs/monitoring.md", import.meta.url));
  const cases = await Deno.readTextFile(new URL("understudy.rules.test.yml", examples));
  assert.ok(cases.includes('instance="calm"'), "an engine of which no alert tells");
  for (const alert of alerts) {
    assert.ok(document.includes(`| \`${alert}\``), `docs/monitoring.md has no row for ${alert}`);
    assert.ok(
      new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- exp_labels`).test(cases),
      `${alert} is never seen to fire`,
    );
  }
});

/** Runs promtool in the folder of the examples, and returns what it says. */
async function tool(args: string[], input?: string): Promise<string> {
  const child = new Deno.Command("promtool", {
    args,
    cwd: examples,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input ?? ""));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, said);
  return said;
}

requirement({
  name: "promtool finds no fault with the metrics",
  fn: async () => assert.equal(await tool(["check", "metrics"], prometheusText(await made)), ""),
}, promtool);

requirement({
  name: "promtool accepts the configuration, and each alert fires when it should and not when all is calm",
  fn: async () => {
    await tool(["check", "config", "prometheus.yml"]);
    await tool(["test", "rules", "understudy.rules.test.yml"]);
  },
}, promtool);
