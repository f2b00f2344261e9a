import assert from "node:assert/strict";
import { LoadShedding } from "../../../engine/supervisor/load_shedding.ts";

const blockMs = 2;
const processors = 2;

/** Three renderers on a machine with as much processor time as `processors`, of which others may take a part. */
class Machine {
  readonly shedding = new LoadShedding({ blockMs, processors });
  readonly limits: number[] = [];
  nowMs = 0;
  /** Processor time that one block takes for each voice, in milliseconds. */
  voiceMs = 0.02;
  /** Notes that are played; as many voices sound as the limit allows. */
  notes = 20;
  /** Processors that other programs leave. */
  left = processors;
  #consumed = 0;
  readonly #threads = [1, 2, 3].map((threadId) => ({ threadId, processorMs: 0, published: 4 }));

  get voices(): number {
    const { limit } = this.shedding;
    return limit === 0 ? this.notes : Math.min(limit, this.notes);
  }

  pass(seconds: number): void {
    for (let tick = 0; tick < seconds * 1_000 / blockMs; tick++) {
      this.nowMs += blockMs;
      this.#consumed++;
      const shareMs = Math.min(1, this.left / 3) * blockMs;
      for (const thread of this.#threads) this.#work(thread, shareMs);
      const decision = this.shedding.observe(() => this.#seen(), this.nowMs);
      if (decision) this.limits.push(decision.limit);
    }
  }

  passUntil(holds: () => boolean): void {
    for (let tick = 0; !holds(); tick++) {
      assert.ok(tick < 100_000, `nothing comes of it: limits ${this.limits.join()}`);
      this.pass(blockMs / 1_000);
    }
  }

  #seen() {
    return {
      consumed: this.#consumed,
      voices: this.voices,
      renderers: this.#threads.map((thread) => ({ ...thread, published: Math.floor(thread.published) })),
    };
  }

  #work(thread: { processorMs: number; published: number }, shareMs: number): void {
    const costMs = this.voices * this.voiceMs;
    const wanted = Math.max(0, this.#consumed + 4 - thread.published);
    const blocks = Math.min(wanted, costMs === 0 ? wanted : shareMs / costMs);
    thread.processorMs += blocks * costMs;
    thread.published += blocks;
  }
}

Deno.test("an overload sheds voices until the machine can play the rest, and no more than that", () => {
  const machine = new Machine();
  machine.voiceMs = 0.1; // 20 voices take 2 ms of every 2 ms, in three renderers on two processors
  machine.pass(2);
  assert.ok(machine.limits.length >= 1 && machine.limits.length <= 3, machine.limits.join());
  const { limit } = machine.shedding;
  const share = limit * machine.voiceMs * 3 / processors / blockMs;
  assert.ok(share > 0.3 && share < 0.9, `${limit} voices take ${share} of the machine`);
});

Deno.test("renderers that have the machine and do not catch up shed more, however little a block seems to cost", () => {
  const machine = new Machine();
  machine.voiceMs = 0.05; // three quarters of what is left
  machine.left = 1.4;
  machine.pass(3);
  assert.ok(machine.limits.length > 0);
});

Deno.test("renderers that wait for a processor shed nothing, however late they are", () => {
  const machine = new Machine(); // 20 voices take 0.4 ms of every 2 ms
  machine.left = 0.3;
  machine.pass(5);
  machine.left = 0.001;
  machine.pass(5);
  machine.left = processors;
  machine.pass(5);
  assert.deepEqual(machine.limits, []);
});

Deno.test("voices come back by themselves, step by step, once they cost less", () => {
  const machine = new Machine();
  machine.voiceMs = 0.1;
  machine.pass(3);
  machine.pass(30);
  const shed = machine.shedding.limit;
  machine.pass(30);
  assert.equal(machine.shedding.limit, shed, "an overload that lasts keeps the limit");
  machine.voiceMs = 0.01;
  machine.pass(60);
  assert.equal(machine.shedding.limit, 0);
  const risen = machine.limits.slice(machine.limits.lastIndexOf(shed));
  assert.ok(
    risen.length > 2 && risen.slice(0, -1).every((limit, at) => at === 0 || limit > risen[at - 1]),
    risen.join(),
  );
});

Deno.test("when nothing sounds any more every voice is free again", () => {
  const machine = new Machine();
  machine.voiceMs = 0.1;
  machine.pass(3);
  machine.notes = 0;
  machine.pass(5);
  assert.equal(machine.shedding.limit, 0);
});

Deno.test("voices that come back too early come back later the next time", () => {
  const machine = new Machine();
  const cycles = Array.from({ length: 3 }, () => {
    const high = machine.shedding.limit;
    machine.voiceMs = 20;
    machine.passUntil(() => machine.shedding.limit !== high);
    const [shed, shedMs] = [machine.shedding.limit, machine.nowMs];
    machine.voiceMs = 0.005; // it looks as if there were room
    machine.passUntil(() => machine.shedding.limit !== shed);
    return machine.nowMs - shedMs;
  });
  assert.ok(cycles[1] > 1.5 * cycles[0] && cycles[2] > 1.5 * cycles[1], cycles.join());
});

Deno.test("a patch that may have fewer voices than it declares never gets more", () => {
  const { shedding } = new Machine();
  assert.deepEqual(shedding.admit(12), { limit: 12, voices: 0, reason: "admission" });
  const machine = new Machine();
  machine.shedding.admit(12);
  machine.voiceMs = 0.2;
  machine.pass(3);
  assert.ok(machine.shedding.limit > 0 && machine.shedding.limit < 12);
  machine.voiceMs = 0.01;
  machine.pass(60);
  assert.equal(machine.shedding.limit, 12);
  assert.deepEqual(machine.shedding.admit(0), { limit: 0, voices: 12, reason: "admission" });
});

Deno.test("a limit that the renderers have lost is decided again", () => {
  const machine = new Machine();
  machine.voiceMs = 0.1;
  machine.pass(2);
  machine.shedding.forget();
  assert.equal(machine.shedding.limit, 0);
  machine.pass(2);
  assert.ok(machine.shedding.limit > 0);
});

Deno.test("while no voice sounds the kernel is asked once a second, and at once when one does", () => {
  const shedding = new LoadShedding({ blockMs, processors });
  let asked = 0;
  const seen = () => {
    asked++;
    return { consumed: 0, voices: 0, renderers: [] };
  };
  for (let nowMs = 0; nowMs < 5_000; nowMs += 10) shedding.observe(seen, nowMs, false);
  assert.equal(asked, 5);
  shedding.observe(seen, 5_010, true);
  assert.equal(asked, 6);
});
