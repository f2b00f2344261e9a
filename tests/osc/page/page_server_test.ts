/** The page's socket against the real engine, over real sockets. */
import assert from "node:assert/strict";
import { sampleHeader } from "../../../dashboard/protocol.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { LogMemory } from "../../../foundation/log_memory.ts";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { OscQueryServer } from "../../../osc/oscquery/server.ts";
import { PageServer, type PageServerOptions } from "../../../osc/page/page_server.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine, type SteppedEngine } from "../../../testing/engine/test_engine.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { PageConnection } from "../../../testing/osc/page_connection.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { until } from "../../../testing/until.ts";

interface Seat extends Omit<SteppedEngine, "stop"> {
  readonly server: PageServer;
  readonly admission: TestAdmission;
  readonly url: string;
  readonly page: PageConnection;
}

/** Starts an engine that plays `keys`, with a page in front of it, does `work`, and ends everything. */
async function withPage(
  work: (seat: Seat) => Promise<void>,
  options: Partial<PageServerOptions> = {},
  { environment = {}, before = () => {} }: {
    readonly environment?: Readonly<Record<string, string>>;
    /** What happens to the engine before it has a page. */
    readonly before?: (started: SteppedEngine) => void | Promise<void>;
  } = {},
): Promise<void> {
  const started = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("keys", format),
    environment,
  });
  await before(started);
  const { engine, stop } = started;
  const { build } = await nativeForTests();
  const { access = AccessControl.local() } = options;
  const loadPatch = () => Promise.resolve();
  const space = new AddressSpace({ engine, version: "7", loadPatch, onQuit: () => {}, access });
  const admission = new TestAdmission(space, { access });
  const page = new PageServer({
    ...{
      engine,
      memory: engine.memory,
      nativeLibrary: build.library,
      version: "7",
      space,
      admission,
      access,
    },
    log: { info: () => {}, warning: (text) => assert.fail(text) },
    isReadOnly: false,
    faultsAllowed: true,
    patches: ["keys"],
    session: "",
    lingerMs: 0,
    ...options,
  });
  const server = new OscQueryServer({
    ...{ hostname: "127.0.0.1", port: 0, name: "test", osc: { hostname: "127.0.0.1", port: 1 } },
    ...{ engine, methods: () => space.methods, admission, allowedOrigins: [], routes: page.routes },
  });
  try {
    const connection = await PageConnection.open(server.url);
    await work({ ...started, server: page, admission, url: server.url, page: connection });
  } finally {
    await Promise.all([page.stop(), server.stop()]);
    space.stop();
    await stop();
  }
}

const osc = (address: string, ...values: number[]) => ({
  type: "osc" as const,
  address,
  args: values.map((value) => ({ type: Number.isInteger(value) ? "i" : "f", value }) as const),
});

/** A message of the page, and the answer to it. */
async function answer(page: PageConnection, message: ReturnType<typeof osc>): Promise<string> {
  const before = page.all("reply").length;
  page.send(message);
  await until("an answer", () => page.all("reply").length > before);
  const { address, args } = page.all("reply")[before];
  return [address, ...args].join(" ");
}

const keptOutputs = ({ engine }: Seat) => Atomics.load(engine.memory.words, fixed.control.keepOutput.index);

Deno.test("a page learns what plays, its commands are obeyed as OSC, and values that anyone sets come to it", () =>
  withPage(async ({ page, engine, url, playDuring }) => {
    const hello = await page.get("hello");
    assert.deepEqual(
      [hello.version, hello.sampleRateHz, hello.channels, hello.isolation, hello.access.seat],
      ["7", 48_000, 2, "threads", "change"],
    );
    assert.ok(hello.faults?.kinds.includes("kill"));
    const { name, parameters, instruments } = await page.get("patch");
    assert.deepEqual([name, instruments], ["keys", engine.instruments]);
    const index = parameters.findIndex(({ address }) => address === "keys/cutoffHz");
    assert.equal(parameters[index].value, parameters[index].default);
    const { status, problems, recorder } = await page.get("status");
    assert.deepEqual(recorder, { state: "off", file: "", seconds: 0, bytes: 0, lostFrames: 0, problem: "" });
    assert.equal(status.patch, "keys");
    assert.deepEqual(problems.map(({ part }) => part).join(" "), status.degraded);
    const second = await PageConnection.open(url);
    assert.equal(await answer(page, osc("/keys/cutoffHz", 1_234.5)), "/done /keys/cutoffHz");
    await playDuring(
      Promise.all(
        [page, second].map((each) =>
          each.get("values", ({ values }) => values.some(([at, value]) => at === index && value === 1_234.5))
        ),
      ),
    );
    assert.match(await answer(page, osc("/keys/cutofHz", 1.5)), /^\/fail .* nearest .*\/keys\/cutoffHz/);
  }));

Deno.test("a page says why a part is worse than it should be, though that was so before the page was there", () =>
  inFolder((folder) => {
    const session = `${folder}/a.session`;
    return withPage(
      async ({ page, engine }) => {
        const { problems } = await page.get("status");
        assert.match(
          problems.find(({ part }) => part === "recording")?.problem ?? "",
          /^recording ended: its file was removed; /,
        );
        assert.deepEqual(problems.map(({ part }) => part).join(" "), engine.status().degraded);
      },
      {},
      {
        environment: { UNDERSTUDY_SESSION: session },
        before: async ({ engine, playUntil }) => {
          await Deno.remove(session);
          await playUntil("it is noticed", () => engine.status().recording === "ended");
        },
      },
    );
  }));

Deno.test("a fault, and who takes over, is on the timeline at once, and on that of a page that comes later", () =>
  withPage(async ({ page, engine, url, lockstep, playDuring }) => {
    await lockstep();
    engine.injectFault("throw", "primary");
    const told = await playDuring(
      page.get("timeline", ({ entries }) => entries.some(({ kind }) => kind === "fault")),
    );
    const [{ text, event }] = told.entries;
    assert.match(text, /^renderer 1 \(primary\) lost: throw/);
    assert.equal(event?.event, "fault");
    const later = await PageConnection.open(url);
    const { entries } = await later.get("timeline");
    assert.ok(entries.some((entry) => entry.text === text));
  }));

Deno.test("a page hears and sees every sample that the device got, and nothing of it costs anything after the last page", () =>
  withPage(async (seat) => {
    const { page, driver, server, engine, playUntil } = seat;
    await until("the thread keeps the output", () => keptOutputs(seat) === 1);
    page.send({ type: "want", liveHz: 30, listen: { format: "f32" }, scope: { frames: 256, hz: 30 } });
    await page.get("live");
    await playUntil("the page listens", () => page.samples.some((data) => new Uint8Array(data)[0] === 2));
    assert.match(await answer(page, osc("/note", 60, 0.5)), /^\/done/);
    await driver.step(200);
    const live = await page.get("live", ({ meters }) => meters[0].maxDb > -40);
    assert.ok(live.output.isRendered && live.output.heardRendererId > 0);
    assert.ok(live.renderers.filter(({ state }) => state === "running").length >= 2);
    const end = engine.memory.consumed() * 128;
    const parts = () =>
      page.samples.map((data) => ({ data, view: new DataView(data) }))
        .filter(({ view }) => view.getUint8(sampleHeader.kind) === 2)
        .map(({ data, view }) => ({
          first: view.getFloat64(sampleHeader.firstFrame, true),
          heard: new Float32Array(data, sampleHeader.bytes),
        }));
    await until("all was heard", () => parts().some(({ first, heard }) => first + heard.length / 2 === end));
    const captured = driver.captured;
    let compared = 0;
    for (const { first, heard } of parts()) {
      assert.deepEqual(heard, captured.subarray(first * 2, first * 2 + heard.length));
      compared += heard.reduce((count, sample) => count + (sample === 0 ? 0 : 1), 0);
    }
    assert.ok(compared > 10_000, `${compared} samples were not silent`);
    await page.close();
    await until("the thread has ended", () => !server.hasThread && keptOutputs(seat) === 0);
  }));

Deno.test("log lines and OSC messages come to the page that wants them, secrets left out", () => {
  const lines = new LogMemory(10);
  const record = (text: string) =>
    lines.record({ timestamp: 1, level: "info", rawMessage: text, properties: {} });
  record("before");
  return withPage(async ({ page }) => {
    page.send({ type: "want", log: "info", osc: { addressContains: "o" } });
    await page.get("log", (log) => log.lines.some(({ text }) => text === "before"));
    record("after");
    await page.get("log", (log) => log.lines.some(({ text }) => text === "after"));
    page.send({ type: "login", secret: "a secret" });
    page.send(osc("/note", 60, 0.5));
    const seen = () => page.all("messages").flatMap(({ messages }) => messages);
    await until("both were shown", () => seen().some(({ address }) => address === "/note"));
    const [login] = seen();
    assert.deepEqual([login.address, login.direction, login.args], ["/login", "in", "(not shown)"]);
    assert.match(login.peer, /^page 1 127\.0\.0\.1:\d+$/);
    assert.ok(!JSON.stringify(page.messages).includes("a secret"));
  }, { lines });
});

Deno.test("where a secret is set, a page may look but not touch until it has stated it over the socket", () => {
  let nowMs = 0;
  const access = new AccessControl({
    allow: new NetworkList("127.0.0.1"),
    readOnly: new NetworkList(""),
    secret: "open sesame",
    nowMs: () => nowMs,
  });
  return withPage(async ({ page, url }) => {
    assert.equal((await page.get("hello")).access.seat, "login");
    assert.match(await answer(page, osc("/note", 60, 0.5)), /^\/fail \/note log in first/);
    page.send({ type: "login", secret: "open barley" });
    const refused = await page.get("access");
    assert.deepEqual([refused.seat, /this is not the secret/.test(refused.problem)], ["login", true]);
    page.send({ type: "login", secret: "open sesame" });
    await page.get("access", ({ problem }) => /too many wrong secrets/.test(problem));
    nowMs += 1_000;
    page.send({ type: "login", secret: "open sesame" });
    await page.get("access", ({ seat, problem }) => seat === "change" && problem === "");
    assert.match(await answer(page, osc("/note", 60, 0.5)), /^\/done \/note/);
    const other = await PageConnection.open(url);
    assert.equal((await other.get("hello")).access.seat, "login");
  }, { access });
});

Deno.test("a page that is read-only by setting changes nothing, and asks all the same", () =>
  withPage(async ({ page }) => {
    const { access, faults } = await page.get("hello");
    assert.deepEqual([access, faults], [{ seat: "read", reason: "UNDERSTUDY_PAGE is read" }, undefined]);
    for (const message of [osc("/note", 60, 0.5), osc("/panic"), osc("/engine/failover"), osc("/quit")]) {
      assert.match(await answer(page, message), /^\/fail .* may only read/);
    }
    assert.match(await answer(page, osc("/version")), /^\/version\.reply/);
  }, { isReadOnly: true }));

Deno.test("a page of a host that is not admitted is told which setting decides, and gets nothing else", () => {
  const access = new AccessControl({ allow: new NetworkList("10.0.0.0/8"), readOnly: new NetworkList("") });
  return withPage(async ({ page, server }) => {
    await page.closed;
    const [goodbye, ...others] = page.messages;
    assert.ok(goodbye.type === "goodbye" && /UNDERSTUDY_OSC_ALLOW/.test(goodbye.reason));
    assert.deepEqual([others, server.pages, server.hasThread], [[], 0, false]);
  }, { access });
});

Deno.test("garbage is counted and the page is served on", () =>
  withPage(async ({ page, admission }) => {
    for (const text of ["{", "[]", `"${"x".repeat(20_000)}"`, JSON.stringify({ type: "want", liveHz: 0 })]) {
      page.send(text);
    }
    assert.match(await answer(page, osc("/note", 60, 0.5)), /^\/done/);
    assert.equal(admission.traffic.counts.malformed, 4);
  }));
