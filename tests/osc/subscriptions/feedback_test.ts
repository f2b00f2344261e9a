/** Control surfaces that follow each other. */
import assert from "node:assert/strict";
import type { Engine } from "../../../engine/engine.ts";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { Feedback } from "../../../osc/subscriptions/feedback.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { carryOut } from "../../../testing/osc/carry_out.ts";
import { type RecordingSender, senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** A surface, with the values that it was sent at the parameters' addresses. */
class Surface {
  readonly #space: AddressSpace;
  readonly #sender: RecordingSender;

  constructor(space: AddressSpace, port: number) {
    this.#space = space;
    this.#sender = senderAt("127.0.0.1", port);
  }

  send(address: string, type: "i" | "f", value: number): void {
    carryOut(this.#space, { address, args: [{ type, value }] }, this.#sender);
  }

  get heard(): string[] {
    return this.#sender.replies.filter(({ address }) => !/^\/(done|fail|late)$/.test(address))
      .map(({ address, args: [value] }) => `${address} ${(value as { value: number }).value}`);
  }

  forget(): void {
    this.#sender.replies.length = 0;
  }

  /** Asks for feedback and waits for the value of every parameter of `sines`. */
  async subscribe(): Promise<void> {
    this.send("/feedback", "i", 1);
    await until("every value has come", () => this.heard.length === 6);
  }
}

async function withSurfaces(
  work: (a: Surface, b: Surface, engine: Engine) => Promise<void>,
): Promise<void> {
  const { engine } = await startTestEngine({ patch: (wanted) => compilePatch("sines", wanted) });
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
  });
  try {
    const [a, b] = [1, 2].map((port) => new Surface(space, port));
    await work(a, b, engine);
  } finally {
    space.stop();
    await engine.stop();
  }
}

Deno.test("a surface that asks gets every value, then those that others set, and not those that it has set itself", () =>
  withSurfaces(async (a, b) => {
    await a.subscribe();
    assert.deepEqual(a.heard.filter((line) => line.startsWith("/synth/pan")), ["/synth/pan 0"]);
    await b.subscribe();
    a.forget();
    b.forget();
    a.send("/synth/pan", "f", 0.5);
    await until("the other has it", () => b.heard.length > 0); // both are served in one pass
    assert.deepEqual([a.heard, b.heard], [[], ["/synth/pan 0.5"]]);
  }));

Deno.test("two surfaces that send on every value they hear come to rest", () =>
  withSurfaces(async (a, b, engine) => {
    await a.subscribe();
    await b.subscribe();
    a.forget();
    b.forget();
    a.send("/synth/pan", "f", 0.25);
    await until("the other has it", () => b.heard.length > 0);
    b.send("/synth/pan", "f", 0.25); // what it heard
    // a parameter that another sender moves shows when a pass has gone by
    const gain = engine.parameters.findIndex(({ address }) => address === "master/gainDb");
    for (let pass = 1; pass <= 6; pass++) {
      engine.submit([{ kind: "set", parameter: gain, value: -pass }]);
      await until("the pass went by", () => b.heard.includes(`/master/gainDb ${-pass}`));
    }
    const ofPan = (surface: Surface) => surface.heard.filter((line) => line.startsWith("/synth/pan"));
    assert.deepEqual([ofPan(a), ofPan(b)], [[], ["/synth/pan 0.25"]]);
  }));

Deno.test("of a fast movement only the newest value is sent", () =>
  withSurfaces(async (a, b) => {
    await b.subscribe();
    b.forget();
    for (let step = 1; step <= 1_000; step++) a.send("/synth/pan", "f", step / 1_000);
    await until("the last has come", () => b.heard.at(-1) === "/synth/pan 1");
    assert.deepEqual(b.heard, ["/synth/pan 1"]);
  }));

Deno.test("a refused value is put right, another patch brings its own values, and the end is the end", () =>
  withSurfaces(async (a, b, engine) => {
    await a.subscribe();
    a.forget();
    a.send("/synth/pan", "f", 99);
    await until("the fader springs back", () => a.heard.length > 0);
    assert.deepEqual(a.heard, ["/synth/pan 0"]);
    await engine.loadPatch(patchNamed("keys").build(format));
    const declared = engine.parameters.find(({ address }) => address === "keys/q")!.default;
    const first = `/keys/q ${Math.fround(declared)}`;
    await until("its values come", () => a.heard.includes(first));
    b.send("/feedback", "i", 1);
    await until("the other has them too", () => b.heard.includes(first));
    a.send("/feedback", "i", 0);
    a.forget();
    engine.submit([{
      kind: "set",
      parameter: engine.parameters.findIndex(({ address }) => address === "keys/q"),
      value: 3,
    }]);
    await until("the other has the next value", () => b.heard.includes("/keys/q 3"));
    assert.deepEqual(a.heard, []);
  }));

Deno.test("without an address space: a subscriber's own packets are known, and stopping ends the timer", async () => {
  const { engine } = await startTestEngine({ patch: (wanted) => compilePatch("sines", wanted) });
  const feedback = new Feedback(engine);
  const sender = senderAt("127.0.0.1");
  feedback.join(sender);
  assert.equal(feedback.size, 1);
  await until("the values come", () => sender.replies.length === 6);
  feedback.leave(sender);
  assert.equal(feedback.size, 0);
  feedback.join(sender);
  feedback.stop();
  await engine.stop();
  assert.equal(sender.replies.length, 6, "no value is sent after the stop");
});
