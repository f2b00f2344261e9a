import assert from "node:assert/strict";
import { sampleHeader, wantBounds } from "../../dashboard/protocol.ts";
import { OutputWriter } from "../../testing/engine/output_writer.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { Telemetry } from "../../telemetry/telemetry.ts";
import type { TelemetryItem, TelemetryWant } from "../../telemetry/telemetry_messages.ts";

const [blockFrames, sampleRateHz, channels] = [32, 8_000, 2];

/** Telemetry of an output whose samples count frames, at 250 blocks a second. */
function watched(count = channels) {
  const memory = testMemory({ blockFrames, sampleRateHz, channels: count });
  const writer = new OutputWriter(memory);
  const telemetry = new Telemetry({
    ...{ memory, pid: 1, threadMs: () => undefined },
    ticksPerMs: () => 1_000,
    unixMs: () => 5,
  });
  let [nowMs, frame] = [0, 0];
  /** Lets time and sound pass; returns what is due, by page. */
  const pass = (ms: number): TelemetryItem[] => {
    const items: TelemetryItem[] = [];
    for (const endMs = nowMs + ms; nowMs < endMs;) {
      nowMs += 20;
      for (let block = 0; block < 5; block++) {
        const first = frame;
        writer.play((at, channel) => count > 2 ? channel : channel === 0 ? first + at : 0.5);
        frame += blockFrames;
      }
      items.push(...telemetry.poll(nowMs));
    }
    return items;
  };
  const want = (page: number, what: TelemetryWant) => telemetry.receive({ kind: "want", page, want: what });
  return { telemetry, pass, want };
}

const textOf = ({ data }: TelemetryItem) => JSON.parse(new TextDecoder().decode(data));
const typesFor = (items: readonly TelemetryItem[], page: number) =>
  items.filter(({ pages }) => pages.includes(page)).map((item) =>
    item.isText ? textOf(item).type : ["", "scope", "listen"][item.data[0]]
  );
const headerOf = ({ data }: TelemetryItem) => {
  const view = new DataView(data.buffer);
  return {
    frames: view.getUint32(sampleHeader.frames, true),
    firstFrame: view.getFloat64(sampleHeader.firstFrame, true),
    lostFrames: view.getUint32(sampleHeader.lostFrames, true),
  };
};

Deno.test("each page gets what it wants as often as it wants, and pages that want the same share one text", () => {
  const { pass, want } = watched();
  want(1, { liveHz: 10 });
  want(2, { liveHz: 10, histograms: true });
  want(3, { liveHz: 1_000 });
  const items = pass(2_000);
  const count = (page: number, type: string) => typesFor(items, page).filter((each) => each === type).length;
  assert.deepEqual([count(1, "live"), count(2, "live"), count(2, "histograms")], [20, 20, 2]);
  assert.equal(count(3, "live"), 2_000 / 1_000 * wantBounds.liveHz.max);
  assert.ok(items.some(({ pages }) => pages.length >= 2));
  const live = textOf(items.find((item) => item.isText && textOf(item).type === "live")!);
  assert.deepEqual([live.unixMs, live.frame, live.meters[1].rmsDb], [5, 5 * blockFrames, -17.8]);
});

Deno.test("a page that wants nothing is told twice a second that it is not stale, and one that left nothing", () => {
  const { telemetry, pass, want } = watched();
  want(1, {});
  want(2, { liveHz: 5 });
  const items = pass(2_000);
  assert.deepEqual(typesFor(items, 1), ["beat", "beat", "beat", "beat"]);
  assert.ok(!typesFor(items, 2).includes("beat"));
  telemetry.receive({ kind: "leave", page: 1 });
  telemetry.receive({ kind: "lost", page: 1, frames: 3 });
  assert.deepEqual(typesFor(pass(2_000), 1), []);
});

Deno.test("a listener gets every frame once and in order, with the numbers that the sound has", () => {
  const { telemetry, pass, want } = watched();
  pass(100);
  want(1, { listen: { format: "f32" } });
  assert.equal(telemetry.pollMs, 20);
  const parts = pass(1_000).filter((item) => !item.isText);
  let next = 100 / 1_000 * sampleRateHz;
  for (const item of parts) {
    const { frames, firstFrame, lostFrames } = headerOf(item);
    const samples = new Float32Array(item.data.buffer, sampleHeader.bytes);
    assert.deepEqual([firstFrame, lostFrames, item.listenFrames], [next, 0, frames]);
    for (let frame = 0; frame < frames; frame++) {
      assert.deepEqual([samples[2 * frame], samples[2 * frame + 1]], [firstFrame + frame, 0.5]);
    }
    next += frames;
  }
  assert.equal(next, 1.1 * sampleRateHz);
});

Deno.test("of many channels a page gets the two that it asked for, and no more", () => {
  const { pass, want } = watched(7);
  want(1, { listen: { format: "f32", firstChannel: 4 } });
  want(2, { scope: { frames: 64, hz: 30, firstChannel: 6 } });
  want(3, { listen: { format: "f32" } });
  const items = pass(40).filter((item) => !item.isText);
  const of = (page: number) => {
    const item = items.find(({ pages }) => pages.includes(page))!;
    const sent = new DataView(item.data.buffer).getUint16(sampleHeader.channels, true);
    return { sent, samples: new Float32Array(item.data.buffer, sampleHeader.bytes), ...headerOf(item) };
  };
  assert.deepEqual([of(1).sent, of(2).sent, of(3).sent], [2, 1, 2]);
  assert.equal(of(1).samples.length, 2 * of(1).frames);
  assert.deepEqual([...of(1).samples.subarray(0, 4)], [4, 5, 4, 5]);
  assert.deepEqual([...of(2).samples.subarray(0, 2)], [6, 6]);
  assert.deepEqual(of(3).samples[1], 1);
});

Deno.test("frames that did not reach a listener, and those it was too late for, are counted in the stream", () => {
  const { telemetry, pass, want } = watched();
  want(1, { listen: { format: "s16" } });
  pass(100);
  telemetry.receive({ kind: "lost", page: 1, frames: 160 });
  assert.equal(headerOf(pass(20).find((item) => !item.isText)!).lostFrames, 160);
  // a second passes without a look
  const jump = watched();
  jump.want(1, { listen: { format: "s16" } });
  jump.pass(20);
  jump.want(1, {});
  jump.pass(500);
  jump.want(1, { listen: { format: "s16" } });
  const [first] = jump.pass(20).filter((item) => !item.isText);
  assert.deepEqual(headerOf(first), { frames: 160, firstFrame: 520 / 1_000 * sampleRateHz, lostFrames: 0 });
});

Deno.test("a window ends with the newest frame and is as long as asked, within bounds", () => {
  const { pass, want } = watched();
  want(1, { scope: { frames: 1_000, hz: 10 } });
  want(2, { scope: { frames: 1e9, hz: 1 } });
  const items = pass(3_000).filter((item) => !item.isText);
  const last = items.findLast(({ pages }) => pages[0] === 1)!;
  assert.equal(headerOf(last).frames, 1_000);
  const samples = new Float32Array(last.data.buffer, sampleHeader.bytes);
  assert.equal(samples[0], headerOf(last).firstFrame);
  const longest = Math.max(
    ...items.filter(({ pages }) => pages[0] === 2).map((item) => headerOf(item).frames),
  );
  assert.equal(longest, wantBounds.scopeFrames.max);
});
