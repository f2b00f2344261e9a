import assert from "node:assert/strict";
import { Observers } from "../../foundation/observers.ts";

Deno.test("every listener gets every event, in order, until it is removed; one that throws disturbs no other", () => {
  const errors: unknown[] = [];
  const observers = new Observers<number>((error) => errors.push(error));
  const heard: string[] = [];
  const listen = (event: number) => void heard.push(`a${event}`);
  const remove = observers.add(listen);
  observers.add(() => {
    throw "fails";
  });
  observers.add(listen);
  observers.notify(1);
  remove();
  observers.notify(2);
  assert.deepEqual(heard, ["a1", "a1", "a2"], "the same function may listen twice");
  assert.deepEqual(errors, ["fails", "fails"]);
});
