import assert from "node:assert/strict";
import { Observers } from "../../foundation/observers.ts";

Deno.test("every listener hears every event in order, one that throws among them", () => {
  const errors: unknown[] = [];
  const heard: string[] = [];
  const observers = new Observers<number>((error) => errors.push(error));
  observers.add((event) => heard.push(`first ${event}`));
  observers.add(() => assert.fail("broken"));
  const remove = observers.add((event) => heard.push(`last ${event}`));
  observers.notify(1);
  remove();
  observers.notify(2);
  assert.deepEqual(heard, ["first 1", "last 1", "first 2"]);
  assert.equal(errors.length, 2);
});

Deno.test("a function that was added twice hears twice, and is removed once", () => {
  const observers = new Observers<number>(() => {});
  let count = 0;
  const listener = () => void count++;
  const remove = observers.add(listener);
  observers.add(listener);
  observers.notify(1);
  remove();
  remove();
  observers.notify(2);
  assert.equal(count, 3);
});
