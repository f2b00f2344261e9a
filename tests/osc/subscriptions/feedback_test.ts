/**
 * Control surfaces that follow each other.
 *
 * Covers: osc/subscriptions/feedback.ts osc/subscriptions/value_echo.ts osc/oscquery/engine_values.ts
 */
import assert from "node:assert/strict";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import type { PacketSender } from "../../../osc/transport/intake.ts";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { compilePatch } from "../../../patches/loading/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** A surface: what it was sent at parameters' addresses, newest last. */
class Surface {
  readonly heard: string[] = [];
  readonly #space: AddressSpace;
  readonly #sender: PacketSender;

  constructor(space: AddressSpace, key: string) {
    this.#space = space;
    this.#sender = {
      key,
      hostname: "127.0.0.1",
      isLocal: true,
      reply: ({ address, args }: OscMessage) => {
        if (/^\/(done|fail|late)$/.test(address)) return;
        this.heard.push(
          `${address} ${args.map((arg) => "value" in arg ? String(arg.value) : arg.type).join(" ")}`,
        );
      },
    } as PacketSender;
  }

  send(address: string, type: "i" | "f", value: number): void {
    this.#space.dispatch({ address, args: [{ type, value }] }, this.#sender);
  }
}

const pause = (ms = 60) => new Promise((done) => setTimeout(done, ms));

async function withSurfaces(
  work: (a: Surface, b: Surface, load: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { engine } = await startTestEngine({ patch: (wanted) => compilePatch("sines", wanted) });
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
  });
  try {
    const [a, b] = ["a", "b"].map((key) => new Surface(space, key));
    await work(a, b, async (name) => await engine.loadPatch(patchNamed(name).build(format)));
  } finally {
    space.stop();
    await engine.stop();
  }
}

Deno.test("who asks gets every value, then what others set, and not what it has set itself", () =>
  withSurfaces(async (a, b) => {
    a.send("/feedback", "i", 1);
    b.send("/feedback", "i", 1);
    await pause();
    assert.deepEqual(a.heard.filter((line) => line.startsWith("/synth/pan")), ["/synth/pan 0"]);
    assert.equal(a.heard.length, 6, "sines has six parameters");
    a.heard.length = b.heard.length = 0;
    a.send("/synth/pan", "f", 0.5);
    await pause();
    assert.deepEqual([a.heard, b.heard], [[], ["/synth/pan 0.5"]]);
  }));

Deno.test("two surfaces that send on whatever they hear come to rest", () =>
  withSurfaces(async (a, b) => {
    a.send("/feedback", "i", 1);
    b.send("/feedback", "i", 1);
    await pause();
    a.heard.length = b.heard.length = 0;
    a.send("/synth/pan", "f", 0.25);
    for (let round = 0; round < 6; round++) {
      await pause(40);
      for (const surface of [a, b]) {
        for (const line of surface.heard.slice(-1)) {
          surface.send("/synth/pan", "f", Number(line.split(" ")[1]));
        }
      }
    }
    assert.ok(a.heard.length + b.heard.length <= 2, `${a.heard.length} and ${b.heard.length} echoes`);
  }));

Deno.test("of a fast movement only the newest value is sent, sixty times a second at most", () =>
  withSurfaces(async (a, b) => {
    b.send("/feedback", "i", 1);
    await pause();
    b.heard.length = 0;
    for (let step = 1; step <= 1_000; step++) a.send("/synth/pan", "f", step / 1_000);
    await pause(100);
    assert.equal(b.heard.at(-1), "/synth/pan 1");
    assert.ok(b.heard.length <= 8, `${b.heard.length} messages`);
  }));

Deno.test("a refused value is put right, and another patch brings its own values", () =>
  withSurfaces(async (a, _b, load) => {
    a.send("/feedback", "i", 1);
    await pause();
    a.heard.length = 0;
    a.send("/synth/pan", "f", 99);
    await pause();
    assert.deepEqual(a.heard, ["/synth/pan 0"], "the fader springs back");
    await load("keys");
    await pause();
    assert.ok(a.heard.includes("/keys/q 1.5"));
    a.send("/feedback", "i", 0);
    a.heard.length = 0;
    a.send("/keys/q", "f", 3);
    await pause();
    assert.deepEqual(a.heard, []);
  }));
