/** A stream that a native sender makes, played by `understudy receive` in a process of its own. */
import assert from "node:assert/strict";
import { changes, receive, type ReceiveStatus, summaryOf } from "../../cli/receive.ts";
import { readConfig } from "../../config/settings.ts";
import { describeStream } from "../../engine/rtp/session_description.ts";
import { MediaSource, RtpSender } from "../../ffi/rtp_sender.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { filledRings } from "../../testing/rtp/filled_rings.ts";
import { PacketListener } from "../../testing/rtp/packet_listener.ts";

const { native } = await nativeForTests();
const root = new URL("../../", import.meta.url);

const leg = {
  to: "239.69.1.1:5004",
  from: "10.0.0.1",
  packets: 3,
  first: 2,
  duplicates: 1,
  late: 0,
  differing: 0,
  longestBehindMs: 0.5,
  sinceMs: 1,
};
const status: ReceiveStatus = {
  state: "running",
  device: "JACK: system",
  latencyMs: 20,
  fillMs: 19.5,
  playedFrames: 48_000,
  lostPackets: 0,
  lostFrames: 0,
  resyncs: 0,
  restarts: 0,
  foreignPackets: 0,
  matchPpm: -12.34,
  fillFrames: 936,
  packetFrames: 48,
  ssrc: 1,
  isPlaying: true,
  legs: [leg],
};

Deno.test("what a person should know is said once: losses, a leg that is gone or lies, silence", () => {
  const since = (now: Partial<ReceiveStatus>) => changes(status, { ...status, ...now }).join("\n");
  assert.equal(since({}), "");
  assert.match(since({ lostPackets: 4 }), /^4 packets came by no leg/);
  assert.match(since({ legs: [{ ...leg, sinceMs: 1_500 }] }), /leg from 10\.0\.0\.1 .* is gone/);
  assert.match(since({ legs: [{ ...leg, differing: 1 }] }), /not the same stream/);
  assert.match(since({ state: "waiting" }), /silence/);
  assert.deepEqual(changes(undefined, { ...status, state: "waiting" }), ["nothing comes yet"]);
  const strange: ReceiveStatus = { ...status, state: "waiting", foreignPackets: 9 };
  assert.match(
    changes(undefined, strange).join(),
    /^packets come that are not of this stream: .*--channels$/,
  );
  assert.match(changes({ ...strange, foreignPackets: 0 }, strange).join(), /not of this stream/);
  assert.deepEqual(changes(strange, { ...strange, foreignPackets: 20 }), []);
  assert.match(summaryOf(status), /running; 0 packets lost, clock -12\.3 ppm.*10\.0\.0\.1.*2 first, 1 again/);
});

Deno.test("a place that is neither an address nor a description is refused by name, and none is read without end", async () => {
  const endless = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const piece = new TextEncoder().encode("v=0\r\n".repeat(1_000));
    return new Response(new ReadableStream({ pull: (stream) => stream.enqueue(piece) }));
  });
  const parts = {
    interfaces: [],
    latencyMs: 20,
    samples: "L24",
    channels: 2,
    match: true,
    json: true,
  } as const;
  const fails = (places: readonly string[], words: RegExp) =>
    assert.rejects(receive({ command: "receive", places, ...parts }, readConfig({})), words);
  try {
    await fails(["239.69.1.1"], /expected ADDRESS:PORT, .* found "239\.69\.1\.1"/);
    await fails(["239.69.1.1:5004", "10.0.0.1:99999"], /found "10\.0\.0\.1:99999"/);
    await fails(["/dev/zero"], /\/dev\/zero \(expected a file, found a pipe or a device\)/);
    await fails([`http://127.0.0.1:${endless.addr.port}/x.sdp`], /it has more than 65536 characters/);
  } finally {
    await endless.shutdown();
  }
});

Deno.test("a description is played, its legs are counted in JSON, and Ctrl-C ends it with code 0", () =>
  inFolder(async (folder) => {
    const listeners = [new PacketListener(), new PacketListener()];
    const legs = listeners.map(({ port }) => ({ address: "127.0.0.1", port }));
    await Promise.all(listeners.map((listener) => listener.close()));
    const [packetFrames, sampleBytes] = [48, 3] as const;
    const stream = { name: "Hall", firstChannel: 0, channels: 2, ssrc: 9, legs };
    await Deno.writeTextFile(
      `${folder}/hall.sdp`,
      describeStream({
        ...{ ...stream, sampleBytes, packetFrames, sampleRateHz: 48_000, payloadType: 97, ttl: 1 },
        sources: ["127.0.0.1"],
        version: 1,
      }),
    );
    const { memory } = filledRings(1);
    const sender = RtpSender.open(native, {
      ...{ sharedMemory: sharedMemoryPointer(native, memory.bytes), origin: undefined, leapSeconds: 37 },
      ...{ packetFrames, sampleBytes, payloadType: 97, dscp: 34, ttl: 1, dither: true, clockPath: "" },
      ...{ clock: MediaSource.system, priority: 1, streams: [stream], interfaces: [undefined, undefined] },
    });
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "main.ts", "receive", `${folder}/hall.sdp`, "--json"],
      cwd: root,
      env: { UNDERSTUDY_DRIVER: "clock", UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let last: ReceiveStatus | undefined;
    try {
      const lines = process.stdout.pipeThrough(new TextDecoderStream());
      let text = "";
      for await (const part of lines) {
        text += part;
        const whole = text.split("\n").slice(0, -1);
        text = text.slice(text.lastIndexOf("\n") + 1);
        for (const line of whole) last = JSON.parse(line) as ReceiveStatus;
        if (last?.isPlaying && last.legs.length === 2 && last.state === "running") process.kill("SIGINT");
      }
    } finally {
      await sender.close();
    }
    assert.equal((await process.status).code, 0);
    assert.equal(last?.state, "stopped");
    assert.deepEqual(
      last.legs.map(({ to }) => to).toSorted(),
      legs.map(({ port }) => `127.0.0.1:${port}`).toSorted(),
    );
    assert.deepEqual([last.ssrc, last.packetFrames, last.latencyMs], [9, 48, 20]);
    assert.ok(last.legs.every(({ differing }) => differing === 0));
    assert.ok(
      last.legs.every(({ packets, first, duplicates, late }) => packets === first + duplicates + late),
    );
  }));
