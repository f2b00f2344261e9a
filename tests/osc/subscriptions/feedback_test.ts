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
import { until } from "../../../testing/until.ts";

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

/** Surfaces before an engine whose device stands still: values do not wait for it. */
async function withSurfaces(
  work: (surfaces: readonly Surface[], load: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { engine, playDuring, stop } = await startTestEngine({
    driver: "manual",
    patch: (wanted) => compilePatch("sines", wanted),
  });
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
  });
  try {
    const surfaces = ["a", "b", "c"].map((key) => new Surface(space, key));
    await work(surfaces, (name) => playDuring(engine.loadPatch(patchNamed(name).build(format))));
  } finally {
    space.stop();
    await stop();
  }
}

/** Lets surfaces follow every value, and forgets the values that they begin with. */
async function follow(surfaces: readonly Surface[]): Promise<void> {
  for (const surface of surfaces) surface.send("/feedback", "i", 1);
  for (const { heard } of surfaces) {
    await until("the value of every parameter", () => heard.length === 6);
    heard.length = 0;
  }
}

Deno.test("a surface that asks gets every value, then what others set, and not what it has set itself", () =>
  withSurfaces(async ([a, b]) => {
    a.send("/feedback", "i", 1);
    await until("the value of every parameter", () => a.heard.length > 0);
    assert.deepEqual(a.heard.filter((line) => line.startsWith("/synth/pan")), ["/synth/pan 0"]);
    assert.equal(a.heard.length, 6, "sines has six parameters");
    a.heard.length = 0;
    await follow([b]);
    a.send("/synth/pan", "f", 0.5);
    await until("the value at the other surface", () => b.heard.length > 0);
    assert.deepEqual([a.heard, b.heard], [[], ["/synth/pan 0.5"]], "both are served in one turn");
  }));

Deno.test("two surfaces that send on whatever they hear come to rest", () =>
  withSurfaces(async ([a, b, c]) => {
    await follow([a, b]);
    a.send("/synth/pan", "f", 0.25);
    let echoes = 0;
    for (let round = 1; round <= 6; round++) {
      // the marker comes with the values that are due, so when it is there, they are
      const marker = `/master/gainDb ${-round}`;
      c.send("/master/gainDb", "f", -round);
      await until("the marker at both", () => [a, b].every(({ heard }) => heard.includes(marker)));
      for (const surface of [a, b]) {
        const pans = surface.heard.splice(0).filter((line) => line.startsWith("/synth/pan"));
        echoes += pans.length;
        for (const line of pans.slice(-1)) surface.send("/synth/pan", "f", Number(line.split(" ")[1]));
      }
    }
    assert.ok(echoes > 0 && echoes <= 2, `${echoes} echoes`);
  }));

Deno.test("of a fast movement only the newest value is sent, sixty times a second at most", () =>
  withSurfaces(async ([a, b]) => {
    await follow([b]);
    for (let step = 1; step <= 1_000; step++) a.send("/synth/pan", "f", step / 1_000);
    await until("the newest value", () => b.heard.at(-1) === "/synth/pan 1");
    assert.ok(b.heard.length <= 8, `${b.heard.length} messages`);
  }));

Deno.test("a refused value is put right, and another patch brings its own values", () =>
  withSurfaces(async ([a, b], load) => {
    await follow([a, b]);
    a.send("/synth/pan", "f", 99);
    await until("the value that holds", () => a.heard.length > 0);
    assert.deepEqual(a.heard, ["/synth/pan 0"], "the fader springs back");
    await load("keys");
    await until("the values of the new patch", () => a.heard.includes("/keys/q 1.5"));
    a.send("/feedback", "i", 0);
    a.heard.length = 0;
    a.send("/keys/q", "f", 3);
    await until("the value at a surface that stays", () => b.heard.includes("/keys/q 3"));
    assert.deepEqual(a.heard, []);
  }));
