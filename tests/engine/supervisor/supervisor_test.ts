import assert from "node:assert/strict";
import type { FaultCause } from "../../../engine/control/control.ts";
import { SeatState } from "../../../engine/memory/layout.ts";
import {
  type Action,
  type Decision,
  firstRenderers,
  type SeatView,
  Supervisor,
  supervisorDefaults,
  type SupervisorEvent,
} from "../../../engine/supervisor/supervisor.ts";

/** Eight seats whose renderers do as they are told, and a clock that goes 4 ms a tick. */
class Stage {
  readonly events: SupervisorEvent[] = [];
  readonly supervisor: Supervisor;
  readonly seats: (SeatView | undefined)[] = new Array(8).fill(undefined);
  roles: readonly (number | undefined)[] = [];
  actions: readonly Action[] = [];
  consumed = 0;
  nowMs = 0;
  unheard = false;
  /** Seats that show no life. */
  readonly silent = new Set<number>();
  /** Of the silent ones: ready to run without a processor, and on a processor all the time. */
  readonly starved = new Set<number>();
  readonly spinning = new Set<number>();
  maxJoiners: number | undefined;
  /** Blocks that each renderer in its loop has published ahead of the device; 4 where nothing is said. */
  readonly aheadOf = new Map<number, number>();

  /** @param blockMs omitted: what a late renderer publishes does not count for it */
  constructor(blockMs = 0) {
    this.supervisor = new Supervisor({ ...supervisorDefaults, seatCount: 8, blockMs });
  }

  tick(count = 1, elapsedMs = 4): this {
    for (; count > 0; count--) {
      this.nowMs += elapsedMs;
      if (!this.unheard) this.consumed += 2;
      this.seats.forEach((view, seat) => {
        if (!view || view.exited || this.silent.has(seat)) return;
        if (this.starved.has(seat) || this.spinning.has(seat)) {
          const before = view.thread?.processorMs ?? 0;
          const processorMs = this.spinning.has(seat) ? before + elapsedMs : before;
          return this.set(seat, { thread: { processorMs, runnable: true } });
        }
        const running = view.state === SeatState.running;
        this.seats[seat] = {
          ...view,
          thread: undefined,
          heartbeat: view.heartbeat + 1,
          published: running ? this.consumed + (this.aheadOf.get(seat) ?? 4) : view.published,
        };
      });
      const { actions, events } = this.supervisor.observe({
        nowMs: this.nowMs,
        consumed: this.consumed,
        seats: this.seats,
        canJoin: true,
        maxJoiners: this.maxJoiners,
        unheard: this.unheard,
      });
      this.actions = actions;
      this.events.push(...events);
      this.actions.forEach((action) => this.#obey(action));
    }
    return this;
  }

  set(seat: number, change: Partial<SeatView>): void {
    this.seats[seat] = { ...this.seats[seat]!, ...change };
  }

  causes(): FaultCause[] {
    return this.events.flatMap((event) => event.event === "fault" ? [event.cause] : []);
  }

  /** Lets the last of the three in roles fall, so that another joins and stays far behind. Returns its seat. */
  joining(): number {
    const [, , spare] = this.roles;
    this.seats.forEach((_, seat) => seat > 2 && this.aheadOf.set(seat, -60));
    this.set(spare!, { exited: true });
    this.tick(2);
    this.events.length = 0;
    return this.roles[2]!;
  }

  /** Starts a renderer on trial. Returns its seat. */
  trial(): number {
    const { seat, actions } = this.supervisor.startTrial()!;
    actions.forEach((action) => this.#obey(action));
    return seat;
  }

  /** Carries out what was decided outside a tick. */
  carryOut({ actions, events }: Decision): void {
    this.events.push(...events);
    actions.forEach((action) => this.#obey(action));
  }

  #obey(action: Action): void {
    if (action.do === "roles") this.roles = action.seats;
    if (action.do === "join") this.set(action.seat, { state: SeatState.running });
    if (action.do === "end") this.set(action.seat, { exited: true, gone: true });
    if (action.do !== "spawn") return;
    this.seats[action.seat] = {
      incarnation: action.incarnation,
      state: SeatState.ready,
      published: 0,
      heartbeat: 0,
      exited: false,
      gone: false,
      outvoted: false,
    };
  }
}

Deno.test("three renderers follow in lockstep and two more wait", () => {
  const stage = new Stage().tick(5);
  assert.deepEqual(stage.roles, [0, 1, 2]);
  assert.equal(stage.supervisor.inLockstep, 3);
  assert.equal(stage.supervisor.incarnations, 5);
});

Deno.test("before the sound begins only the two start that it begins with; the others follow when it is heard", () => {
  const stage = new Stage();
  stage.unheard = true;
  stage.tick(5);
  assert.deepEqual([stage.supervisor.inLockstep, stage.supervisor.incarnations], [firstRenderers, 2]);
  stage.set(1, { exited: true });
  stage.tick();
  stage.tick(3);
  assert.deepEqual(
    [stage.supervisor.inLockstep, stage.supervisor.incarnations],
    [2, 3],
    "one that falls is replaced",
  );
  stage.unheard = false;
  stage.tick(6);
  assert.deepEqual([stage.supervisor.inLockstep, stage.supervisor.incarnations], [3, 6]);
});

Deno.test("when the primary falls the others move up in the same tick, and the waiting one joins", () => {
  const stage = new Stage().tick(5);
  stage.set(0, { exited: true });
  stage.tick();
  assert.deepEqual(stage.roles, [1, 2, 3]);
  assert.deepEqual(stage.causes(), ["exit"]);
  stage.tick(3);
  assert.equal(stage.supervisor.inLockstep, 3);
  assert.equal(stage.supervisor.incarnations, 6);
});

Deno.test("a second warm renderer is started when the first is up, not beside it", () => {
  const stage = new Stage();
  const spawned = () => stage.actions.filter((action) => action.do === "spawn").length;
  assert.equal(stage.tick().supervisor.incarnations, 4);
  [0, 1, 2, 3].forEach((seat) => stage.set(seat, { state: SeatState.starting }));
  stage.tick();
  assert.equal(spawned(), 0);
  [0, 1, 2, 3].forEach((seat) => stage.set(seat, { state: SeatState.ready }));
  stage.tick(3);
  assert.equal(stage.supervisor.incarnations, 5);
});

Deno.test("renderers that are all late by one block for a moment are kept, also while one joins", () => {
  for (const joins of [false, true]) {
    const stage = new Stage().tick(5);
    if (joins) stage.joining();
    [0, 1, 2].filter((seat) => seat !== 2 || !joins).forEach((seat) => stage.aheadOf.set(seat, -1));
    stage.tick(15, 2);
    assert.deepEqual(stage.causes(), [], `one joins: ${joins}`);
    assert.equal(stage.supervisor.inLockstep, joins ? 2 : 3);
  }
});

Deno.test("a renderer that gets no processor is kept for as long as that lasts, silent and late as it is", () => {
  const stage = new Stage().tick(5);
  stage.starved.add(1);
  stage.tick(500);
  assert.deepEqual(stage.causes(), []);
  stage.starved.delete(1);
  stage.tick(2);
  assert.equal(stage.supervisor.inLockstep, 3);
  [0, 1, 2].forEach((seat) => stage.starved.add(seat));
  stage.tick(500);
  assert.deepEqual(stage.causes(), []);
  assert.ok(stage.events.some((event) => event.event === "overload"), "it is told all the same");
});

Deno.test("processor time without a heartbeat is a hang, also when nobody else moves", () => {
  const stage = new Stage().tick(5);
  [0, 1, 2].forEach((seat) => stage.spinning.add(seat));
  stage.tick(Math.ceil(supervisorDefaults.hangMs / 4) + 1);
  assert.deepEqual(stage.causes(), ["hang", "hang", "hang"]);
});

Deno.test("one that hangs is ended as one that takes no orders", () => {
  const stage = new Stage().tick(5);
  stage.spinning.add(1);
  stage.tick(5);
  assert.deepEqual(stage.events.filter(({ event }) => event === "fault").length, 1);
  assert.ok(stage.actions.some((action) => action.do === "end" && action.seat === 1 && action.hung));
  stage.set(2, { exited: true });
  stage.tick();
  assert.ok(stage.actions.some((action) => action.do === "end" && action.seat === 2 && !action.hung));
});

Deno.test("one that joins alone, for a trial, is found to hang before it could be taken for late", () => {
  for (const unheard of [true, false]) {
    for (const evidence of [true, false]) {
      const stage = new Stage();
      stage.unheard = unheard;
      stage.maxJoiners = 1;
      stage.seats.forEach((_, seat) => stage.aheadOf.set(seat, -60));
      while (!stage.roles.some((seat) => seat !== undefined)) stage.tick();
      const joiner = stage.roles.find((seat) => seat !== undefined)!;
      stage.tick(50); // it replays for a while
      if (evidence) stage.spinning.add(joiner);
      else stage.silent.add(joiner);
      for (let ticks = 0; stage.causes().length === 0; ticks++) {
        assert.ok(ticks < 1_000, "it is not found at all");
        stage.tick();
      }
      assert.deepEqual(stage.causes(), ["hang"], `unheard: ${unheard}, evidence: ${evidence}`);
    }
  }
});

Deno.test("the last in lockstep is not ended for being late until another has its state", () => {
  const stage = new Stage().tick(5);
  stage.maxJoiners = 0;
  [1, 2].forEach((seat) => stage.set(seat, { exited: true }));
  stage.aheadOf.set(0, 0);
  stage.tick(200);
  assert.deepEqual(stage.causes(), ["exit", "exit"]);
  stage.maxJoiners = undefined;
  stage.tick(20);
  assert.deepEqual(stage.causes(), ["exit", "exit", "late"]);
});

Deno.test("the last in lockstep may sleep for six times as long as one beside others", () => {
  const stage = new Stage().tick(5);
  stage.maxJoiners = 0;
  [1, 2].forEach((seat) => stage.set(seat, { exited: true }));
  stage.silent.add(0);
  stage.tick(Math.floor(supervisorDefaults.hangMs * supervisorDefaults.aloneFactor / 4));
  assert.deepEqual(stage.causes(), ["exit", "exit"]);
  stage.tick(2);
  assert.deepEqual(stage.causes(), ["exit", "exit", "hang"]);
});

Deno.test("a joiner is no witness, and has four times the patience", () => {
  const stage = new Stage().tick(5);
  const joiner = stage.joining();
  [0, 1].forEach((seat) => stage.silent.add(seat));
  stage.tick(Math.floor(supervisorDefaults.hangMs * supervisorDefaults.aloneFactor / 4));
  assert.deepEqual(stage.causes(), [], "the joiner moves, but it is not in lockstep");
  [0, 1].forEach((seat) => stage.silent.delete(seat));
  stage.tick(2);
  stage.spinning.add(joiner);
  const patienceTicks = supervisorDefaults.hangMs * supervisorDefaults.joinerFactor / 4;
  stage.tick(Math.floor(patienceTicks));
  assert.deepEqual(stage.causes(), []);
  stage.tick(2);
  assert.deepEqual(stage.causes(), ["hang"]);
});

Deno.test("a joiner that works and never catches up is ended; one that gets no processor is not", () => {
  const stage = new Stage().tick(5);
  const joiner = stage.joining();
  const ticks = Math.floor(supervisorDefaults.joinMs / 4) - 2;
  stage.starved.add(joiner);
  stage.tick(ticks);
  stage.starved.delete(joiner);
  stage.tick(ticks);
  assert.deepEqual(stage.causes(), []);
  stage.tick(4);
  assert.deepEqual(stage.causes(), ["late"]);
});

Deno.test("no more renderers join at once than may", () => {
  const stage = new Stage().tick(5);
  stage.maxJoiners = 1;
  [0, 1, 2].forEach((seat) => stage.set(seat, { exited: true }));
  stage.seats.forEach((_, seat) => seat > 2 && stage.aheadOf.set(seat, -60));
  stage.tick(20);
  assert.equal(stage.roles.filter((seat) => seat !== undefined).length, 1);
});

Deno.test("a silent renderer is replaced when others move; one that stalls for a moment is not", () => {
  const stage = new Stage().tick(5);
  stage.silent.add(1);
  stage.tick(3);
  stage.silent.delete(1);
  stage.tick(5);
  assert.deepEqual(stage.causes(), []);
  stage.silent.add(1);
  stage.tick(6);
  assert.deepEqual(stage.causes(), ["hang"]);
});

Deno.test("before anything is played a renderer may stall for longer, on a machine that is busy with the start", () => {
  const stage = new Stage();
  stage.unheard = true;
  stage.tick(5);
  stage.silent.add(1);
  stage.tick(30);
  assert.deepEqual(stage.causes(), []);
  stage.unheard = false;
  stage.tick(1);
  assert.deepEqual(stage.causes(), ["hang"]);
});

Deno.test("a machine that stood still is not taken for renderers that hang", () => {
  const stage = new Stage().tick(5);
  [0, 1, 2, 3].forEach((seat) => stage.silent.add(seat));
  stage.tick(1, 5_000);
  assert.deepEqual(stage.causes(), []);
});

Deno.test("only lateness that lasts, and that others do not share, is a fault", () => {
  const stage = new Stage().tick(5);
  const lag = (seats: number[], ticks: number) => {
    for (; ticks > 0; ticks--) {
      seats.forEach((seat) => {
        stage.silent.add(seat);
        stage.set(seat, { heartbeat: stage.seats[seat]!.heartbeat + 1, published: stage.consumed });
      });
      stage.tick();
    }
    seats.forEach((seat) => stage.silent.delete(seat));
  };
  lag([2], 3);
  stage.tick(2);
  assert.deepEqual(stage.causes(), []);
  lag([0, 1, 2], 12);
  assert.deepEqual(stage.causes(), []);
  assert.ok(stage.events.some((event) => event.event === "overload"));
  stage.tick(2);
  lag([2], 9);
  assert.deepEqual(stage.causes(), ["late"]);
});

Deno.test("one that is behind is kept while it plays faster than the device for the time that it gets", () => {
  // two blocks a tick of 4 ms; it gets 1 ms of each tick and publishes two blocks, or sleeps and publishes one
  for (const [ranMs, published, causes] of [[1, 2, []], [4, 1, ["late"]]] as const) {
    const stage = new Stage(2).tick(5);
    stage.silent.add(2);
    stage.consumed += 40;
    for (let ticks = 0; ticks < 30; ticks++) {
      const view = stage.seats[2]!;
      const thread = { processorMs: (view.thread?.processorMs ?? 0) + ranMs, runnable: true };
      const change = { heartbeat: view.heartbeat + 1, published: view.published + published, thread };
      if (!view.exited) stage.set(2, change);
      stage.tick();
    }
    assert.deepEqual(stage.causes(), causes, `${ranMs} ms for ${published} blocks`);
  }
});

Deno.test("who lost the vote is replaced", () => {
  const stage = new Stage().tick(5);
  stage.set(2, { outvoted: true });
  stage.tick();
  assert.deepEqual(stage.causes(), ["divergence"]);
  assert.deepEqual(stage.roles, [0, 1, 3]);
});

Deno.test("a seat is not used again before its thread is gone and the device has moved on", () => {
  const stage = new Stage().tick(5);
  stage.set(0, { exited: true });
  stage.tick();
  stage.set(0, { gone: false });
  const spawned = () => stage.actions.flatMap((action) => action.do === "spawn" ? [action.seat] : []);
  assert.ok(!spawned().includes(0));
  for (let tick = 0; tick < 400; tick++) {
    assert.ok(!stage.tick().actions.some((action) => action.do === "spawn" && action.seat === 0));
  }
  assert.ok(stage.events.some((event) => event.event === "zombie"));
});

Deno.test("a thread that gets no processor to end with keeps its priority, one that runs on is put behind", () => {
  for (const [ranMs, demoted] of [[0, false], [4, true]] as const) {
    const stage = new Stage().tick(5);
    stage.set(0, { exited: true });
    stage.tick();
    let [processorMs, hasDemoted] = [0, false];
    for (let tick = 0; tick < 1_000; tick++) {
      stage.set(0, { gone: false, thread: { processorMs: processorMs += ranMs, runnable: true } });
      hasDemoted ||= stage.tick().actions.some((action) => action.do === "demote" && action.seat === 0);
    }
    assert.equal(hasDemoted, demoted, `${ranMs} ms of processor time at each look`);
  }
});

Deno.test("before anything is played, seats are used again though the device does not move on", () => {
  const stage = new Stage();
  stage.unheard = true;
  for (let fallen = 0; fallen < 20; fallen++) {
    stage.tick(2);
    stage.seats.forEach((view, seat) => view && !view.exited && stage.set(seat, { exited: true }));
  }
  stage.tick(4);
  assert.ok(stage.supervisor.incarnations > 20, `${stage.supervisor.incarnations} renderers were started`);
  assert.equal(stage.supervisor.inLockstep, firstRenderers, "the sound can begin");
});

Deno.test("a planned switch exchanges primary and standby, and is refused without a standby", () => {
  const stage = new Stage();
  assert.equal(stage.supervisor.failover(), undefined);
  stage.tick(5);
  assert.deepEqual(stage.supervisor.failover()?.actions, [{ do: "roles", seats: [1, 0, 2] }]);
});

Deno.test("starts beyond the budget wait longer and longer, up to a bound, and never end", () => {
  const stage = new Stage().tick(5);
  for (let tick = 0; tick < 20_000; tick++) {
    const running = stage.roles.find((seat) => seat !== undefined && !stage.seats[seat]!.exited);
    if (running !== undefined) stage.set(running, { exited: true });
    stage.tick();
  }
  const delays = stage.events.flatMap((event) => event.event === "backoff" ? [event.delayMs] : []);
  assert.ok(
    Math.max(...delays) === supervisorDefaults.maxBackoffMs &&
      Math.min(...delays) === supervisorDefaults.firstBackoffMs,
  );
  const before = stage.supervisor.incarnations;
  stage.tick(2_000);
  assert.ok(stage.supervisor.incarnations > before || stage.supervisor.inLockstep === 3);
});

Deno.test("one that is away to copy its arena is not condemned for being late, unless it does not come back", () => {
  const stage = new Stage().tick(40);
  const spare = stage.roles[2]!;
  stage.set(spare, { away: true });
  stage.aheadOf.set(spare, -200);
  stage.tick(supervisorDefaults.awayMs / 4 - 10);
  assert.deepEqual(stage.causes(), []);
  stage.tick(20 + supervisorDefaults.lateMs / 4);
  assert.deepEqual(stage.causes(), ["late"]);
});

Deno.test("one that is away has more to do than the others, so it is no witness against them", () => {
  const stage = new Stage().tick(40);
  const [primary, standby, spare] = stage.roles as number[];
  stage.set(spare, { away: true });
  stage.aheadOf.set(spare, -20);
  for (const seat of [primary, standby]) stage.silent.add(seat);
  stage.tick(10); // twice the patience with a witness
  assert.deepEqual(stage.causes(), []);
  for (const seat of [primary, standby]) {
    stage.silent.delete(seat);
    stage.aheadOf.set(seat, -1);
  }
  stage.tick(20);
  assert.deepEqual(stage.causes(), [], "all that count are late");
});

Deno.test("a renderer on trial follows without a role, and gets the last one when it is accepted", () => {
  const stage = new Stage().tick(5);
  const seat = stage.trial();
  stage.tick(3);
  assert.ok(stage.supervisor.isRunning(seat));
  assert.deepEqual(stage.roles, [0, 1, 2]);
  assert.ok(stage.supervisor.isComplete, "those that wait are as many as before");
  stage.carryOut(stage.supervisor.acceptTrial(seat, stage.consumed));
  assert.deepEqual(stage.roles, [0, 1, seat]);
  assert.ok(!stage.supervisor.isAlive(2));
  stage.tick(3);
  assert.deepEqual([stage.roles, stage.causes()], [[0, 1, seat], []]);
});

Deno.test("a renderer on trial that falls is replaced by none, and takes no place of another that falls", () => {
  const stage = new Stage().tick(5);
  const seat = stage.trial();
  stage.tick(3);
  stage.set(0, { exited: true });
  stage.tick();
  assert.deepEqual(stage.roles, [1, 2, 3], "the one that waited joins");
  const { incarnations } = stage.supervisor;
  stage.tick(6);
  stage.set(seat, { exited: true });
  stage.tick(6);
  assert.ok(!stage.supervisor.isRunning(seat));
  assert.equal(stage.supervisor.incarnations, incarnations + 1, "only the primary was replaced");
  assert.deepEqual(stage.causes(), ["exit", "exit"]);
});

Deno.test("a renderer on trial joins only behind three in lockstep, and its lateness is no overload", () => {
  const stage = new Stage().tick(5);
  stage.maxJoiners = 0;
  stage.set(0, { exited: true });
  stage.tick();
  const seat = stage.trial();
  stage.tick(5);
  assert.ok(!stage.supervisor.isRunning(seat));
  stage.maxJoiners = undefined;
  stage.tick(5);
  assert.ok(stage.supervisor.isRunning(seat));
  stage.aheadOf.set(seat, 0);
  stage.tick(20);
  assert.deepEqual(stage.causes(), ["exit", "late"]);
  assert.ok(stage.events.every(({ event }) => event !== "overload"));
});

Deno.test("a renderer that is retired is no fault; the others move up", () => {
  const stage = new Stage().tick(5);
  stage.carryOut(stage.supervisor.retire(0, stage.consumed));
  assert.ok(!stage.supervisor.isComplete);
  stage.tick(8);
  assert.deepEqual([stage.roles, stage.causes()], [[1, 2, 3], []]);
  assert.ok(stage.supervisor.isComplete);
});

Deno.test("it is calm while all are there and move, and from the first look on that leaves a doubt it is not", () => {
  const stage = new Stage();
  stage.tick();
  assert.equal(stage.supervisor.isCalm, false, "they start");
  stage.tick(100);
  const { supervisor, silent } = stage;
  const [primary, standby] = stage.roles;
  assert.equal(supervisor.isCalm, true);
  silent.add(standby!);
  assert.equal(stage.tick().supervisor.isCalm, false, "one shows no life");
  silent.clear();
  assert.equal(stage.tick().supervisor.isCalm, true);
  stage.aheadOf.set(primary!, 0);
  assert.equal(stage.tick().supervisor.isCalm, false, "one is late");
  stage.aheadOf.clear();
  assert.equal(stage.tick().supervisor.isCalm, true);
  stage.set(primary!, { exited: true });
  assert.equal(stage.tick().supervisor.isCalm, false, "one has ended");
  assert.equal(stage.tick(100).supervisor.isCalm, true, "another is in its place");
});
