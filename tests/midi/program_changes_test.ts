import assert from "node:assert/strict";
import { CommandRefusedError } from "../../engine/control/control.ts";
import type { Log } from "../../foundation/logging.ts";
import { ProgramChanges } from "../../midi/program_changes.ts";
import { until } from "../../testing/until.ts";

function changes(load: (patch: string) => Promise<void>): { lines: string[]; programs: ProgramChanges } {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  return { lines, programs: new ProgramChanges(["sines", "keys", "piano"], load, log) };
}

Deno.test("a program is the patch of its number; of those that come while one is loaded the last one counts", async () => {
  const loaded: string[] = [];
  const doors: PromiseWithResolvers<void>[] = [];
  const { lines, programs } = changes((patch) => {
    loaded.push(patch);
    doors.push(Promise.withResolvers());
    return doors.at(-1)!.promise;
  });
  [0, 1, 0, 2].forEach((program) => programs.change(program));
  assert.deepEqual(loaded, ["sines"]);
  doors[0].resolve();
  await until("the second load", () => doors.length === 2);
  doors[1].resolve();
  await programs.settled();
  assert.deepEqual(loaded, ["sines", "piano"]);
  assert.deepEqual(lines, [
    "MIDI: a program change loaded sines",
    "MIDI: a program change loaded piano",
  ]);
  programs.change(1);
  doors[2].resolve();
  await programs.settled();
  assert.deepEqual(loaded, ["sines", "piano", "keys"]);
});

Deno.test("a number without a patch is refused, and a patch that cannot be loaded is told and leaves the way free", async () => {
  let broken = true;
  const { lines, programs } = changes(() =>
    broken ? Promise.reject(new Error("no room")) : Promise.resolve()
  );
  assert.throws(() => programs.change(3), (error) => {
    assert.ok(error instanceof CommandRefusedError);
    assert.equal(error.message, "program: expected 0 to 2, found 3");
    return true;
  });
  programs.change(1);
  await programs.settled();
  broken = false;
  programs.change(2);
  await programs.settled();
  assert.deepEqual(lines, [
    "MIDI: the program keys was not loaded: no room",
    "MIDI: a program change loaded piano",
  ]);
});
