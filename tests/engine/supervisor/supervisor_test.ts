import assert from "node:assert/strict";
import type { FaultCause } from "../../../engine/control/control.ts";
import { SeatState } from "../../../engine/memory/layout.ts";
import {
  type Action,
  type SeatView,
  Supervisor,
  supervisorDefaults,
  type SupervisorEvent,
} from "../../../engine/supervisor/supervisor.ts";

/** Eight seats whose renderers do as they are told, and a clock that goes 4 ms a tick. */
class Stage {
  readonly events: SupervisorEvent[] = [];
  readonly supervisor = new Supervisor({ ...supervisorDefaults, seatCount: 8 });
  readonly seats: (SeatView | undefined)[] = new Array(8).fill(undefined);
  roles: readonly (number | undefined)[] = [];
  actions: readonly Action[] = [];
  consumed = 0;
  nowMs = 0;
  unheard = false;
  /** Seats that show no life. */
  readonly silent = new Set<number>();

  tick(count = 1, elapsedMs = 4): this {
    for (; count > 0; count--) {
      this.nowMs += elapsedMs;
      if (!this.unheard) this.consumed += 2;
      this.seats.forEach((view, seat) => {
        if (!view || view.exited || this.silent.has(seat)) return;
        const running = view.state === SeatState.running;
        this.seats[seat] = {
          ...view,
          heartbeat: view.heartbeat + 1,
          published: running ? this.consumed + 4 : view.published,
        };
      });
      const { actions, events } = this.supervisor.observe({
        nowMs: this.nowMs,
        consumed: this.consumed,
        seats: this.seats,
        canJoin: true,
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

Deno.test("three renderers follow in lockstep and a fourth waits", () => {
  const stage = new Stage().tick(5);
  assert.deepEqual(stage.roles, [0, 1, 2]);
  assert.equal(stage.supervisor.inLockstep, 3);
  assert.equal(stage.supervisor.incarnations, 4);
});

Deno.test("when the primary falls the others move up in the same tick, and the waiting one joins", () => {
  const stage = new Stage().tick(5);
  stage.set(0, { exited: true });
  stage.tick();
  assert.deepEqual(stage.roles, [1, 2, 3]);
  assert.deepEqual(stage.causes(), ["exit"]);
  stage.tick(3);
  assert.equal(stage.supervisor.inLockstep, 3);
  assert.equal(stage.supervisor.incarnations, 5);
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
