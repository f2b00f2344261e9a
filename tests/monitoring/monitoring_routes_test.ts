/** The answers of a playing engine to a monitor over real sockets, and to a real Prometheus. */
import assert from "node:assert/strict";
import { OscQueryServer } from "../../osc/oscquery/server.ts";
import { monitoringRoutes } from "../../monitoring/monitoring_routes.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { startTestEngine, type TestEngine } from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { scrape } from "../../testing/osc/scrape.ts";
import { TestAdmission } from "../../testing/osc/test_admission.ts";
import { requirement } from "../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";
import { until } from "../../testing/until.ts";

/** Serves the routes of an engine while something is done. */
async function served(
  { engine }: Pick<TestEngine, "engine">,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const admission = new TestAdmission({ begin: () => {} });
  const server = new OscQueryServer({
    hostname: "127.0.0.1",
    port: 0,
    name: "monitored",
    osc: { hostname: "127.0.0.1", port: 1 },
    engine,
    methods: () => [],
    admission,
    allowedOrigins: [],
    routes: monitoringRoutes({
      engine,
      traffic: () => ({ ...admission.counts, refusedMessages: 0 }),
      midi: () => ({}),
      version: "1.2.3",
    }),
  });
  try {
    await work(server.url);
  } finally {
    await server.stop();
  }
}

Deno.test("a scrape is true, its counters rise, and its histograms add up; an engine without a device is healthy and not ready", async () => {
  const started = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
  const { engine } = started;
  await started.lockstep();
  await served(started, async (url) => {
    await until("the clock is known", () => engine.measures().callbackDuration !== undefined);
    const first = await scrape(url);
    assert.equal(
      first.get(
        'understudy_build_info{version="1.2.3",runtime="deno ' + `${Deno.version.deno}",isolation="threads"}`,
      ),
      1,
    );
    assert.equal(first.get('understudy_state{state="running"}'), 1);
    assert.equal(first.get("understudy_ready"), 0);
    engine.injectFault("throw", "primary");
    await until("the fault", () => (engine.status().faults.throw ?? 0) > 0);
    await started.lockstep();
    const second = await scrape(url);
    assert.equal(second.get('understudy_renderer_faults_total{cause="throw"}'), 1);
    for (const [series, value] of first) {
      if (!/_(total|bucket|count|sum)(\{|$)/.test(series)) continue;
      assert.ok(second.get(series)! >= value, `${series} fell from ${value} to ${second.get(series)}`);
    }
    assert.ok(second.get("understudy_callbacks_total")! > first.get("understudy_callbacks_total")!);
    for (const name of ["callback_duration", "callback_interval", "render"]) {
      const buckets = [...second].filter(([series]) =>
        series.startsWith(`understudy_${name}_seconds_bucket`)
      );
      const counts = buckets.map(([, value]) => value);
      assert.ok(counts.every((count, index) => index === 0 || count >= counts[index - 1]), name);
      assert.equal(counts.at(-1), second.get(`understudy_${name}_seconds_count`));
      assert.match(buckets.at(-1)![0], /le="\+Inf"/);
    }
    const calls = second.get("understudy_callback_duration_seconds_count")!;
    const [earlier, later] = [second, await scrape(url)].map((each) =>
      each.get("understudy_callbacks_total")!
    );
    assert.ok(calls >= earlier - 1 && calls <= later, `${calls} calls beside ${earlier}, and ${later} later`);

    const healthy = await fetch(`${url}/healthz`);
    assert.deepEqual([healthy.status, await healthy.text()], [
      200,
      "the supervisor watches over the renderers\n",
    ]);
    const ready = await fetch(`${url}/readyz`, { headers: { accept: "application/json" } });
    assert.deepEqual([ready.status, await ready.json()], [503, {
      ok: false,
      reason: "the clock driver was asked for: there is no sound device",
    }]);
    const status = await (await fetch(`${url}/status.json`)).json();
    assert.deepEqual(Object.keys(status), [...Object.keys(engine.status()), "osc", "midi"]);
    assert.deepEqual(
      [
        status.state,
        status.renderersInLockstep,
        status.outputs,
        typeof status.realTime.memoryLocked,
        status.osc.packets,
      ],
      ["running", 3, { 1: "off", 2: "off" }, "boolean", 0],
    );
    const foreign = await fetch(`${url}/metrics`, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(foreign.status, 403);
    assert.equal((await fetch(`${url}/metrics`, { method: "POST" })).status, 405);
    await Promise.all([healthy, foreign].map((response) => response.body?.cancel().catch(() => {})));
  });
  await engine.stop();
});

requirement({
  name:
    "ready is an engine whose sound reaches a device, until that is gone; a real Prometheus scrapes it and judges every rule and panel",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const sound = await startSoundServer(48_000, 128);
    Object.entries(sound.env).forEach(([name, value]) => Deno.env.set(name, value));
    const started = await startTestEngine({ environment: { UNDERSTUDY_DRIVER: "jack" } });
    try {
      await served(started, async (url) => {
        const ready = async () => {
          const response = await fetch(`${url}/readyz`);
          return [response.status, (await response.text()).trim()];
        };
        await until("an engine in lockstep", () => started.engine.status().renderersInLockstep === 3);
        const { device } = started.engine.status();
        // a busy machine may keep the sound server from calling for a moment, and then it is not ready
        await eventually(
          "it is ready",
          async () => (await ready()).join() === `200,sound goes out on ${device}`,
        );
        await inFolder((folder) => underPrometheus(folder, new URL(url).host));
        await sound.kill();
        const lost = () => started.engine.status();
        await until(
          "the loss is noticed",
          () => lost().state === "waiting for device" && lost().deviceLosses > 0,
        );
        assert.deepEqual(await ready(), [
          503,
          "the sound device is not there; the music goes on by the clock, unheard",
        ]);
        const health = await fetch(`${url}/healthz`);
        assert.equal(health.status, 200, await health.text());
        assert.equal((await scrape(url)).get("understudy_device_losses_total"), 1);
      });
    } finally {
      await started.engine.stop();
      await sound.stop();
    }
  },
}, {
  commands: ["prometheus", ...soundServerNeeds.commands],
  libraries: soundServerNeeds.libraries,
  install: `${soundServerNeeds.install} prometheus`,
});

/** Waits until it holds, asked again and again. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  let [asking, held] = [false, false];
  await until(what, () => {
    if (!asking && !held) {
      asking = true;
      holds().then((value) => held = value, () => {}).finally(() => asking = false);
    }
    return held && !asking;
  });
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly value: readonly [number, string] }[];
    readonly groups: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string }[];
    }[];
  };
}

/** Lets Prometheus scrape, and evaluate the files of `examples/monitoring`. */
async function underPrometheus(folder: string, target: string): Promise<void> {
  const examples = new URL("../../examples/monitoring/", import.meta.url);
  const config = (await Deno.readTextFile(new URL("prometheus.yml", examples)))
    .replace("127.0.0.1:57131", target).replaceAll("5s", "250ms");
  await Deno.writeTextFile(`${folder}/prometheus.yml`, config);
  await Deno.copyFile(new URL("understudy.rules.yml", examples), `${folder}/understudy.rules.yml`);
  const port = freePort();
  const prometheus = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const ask = async (path: string): Promise<Answer> =>
      await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json();
    const query = (expression: string) => ask(`query?query=${encodeURIComponent(expression)}`);
    await eventually(
      "two scrapes",
      async () => (await query("rate(understudy_callbacks_total[1m]) > 0")).data.result.length === 1,
    );
    const [up] = (await query('up{job="understudy"}')).data.result;
    assert.equal(up.value[1], "1");
    assert.equal((await query("understudy_ready")).data.result[0].value[1], "1");
    await eventually("every rule", async () => {
      const rules = (await ask("rules")).data.groups.flatMap(({ rules }) => rules);
      return rules.length > 10 && rules.every(({ health }) => health === "ok");
    });
    const dashboard = JSON.parse(await Deno.readTextFile(new URL("understudy.grafana.json", examples)));
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr } of targets) {
        const { status, error } = await query(
          expr.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m"),
        );
        assert.equal(status, "success", `${title}: ${error}`);
      }
    }
  } finally {
    prometheus.kill("SIGTERM");
    await prometheus.status;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
