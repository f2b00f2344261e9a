import assert from "node:assert/strict";
import { ProcessGroup } from "../../../scripts/test/process_group.ts";
import { until } from "../../../testing/until.ts";

/** Waits until the group has printed something. */
function printed(group: ProcessGroup, text: string): Promise<void> {
  return until(`"${text}" in the output of the group`, () => group.text.includes(text));
}

Deno.test("a program that ends by itself leaves no process, and its output is kept", async () => {
  const group = new ProcessGroup("sh", ["-c", "echo out; echo error >&2; exit 3"]);
  assert.equal((await group.status).code, 3);
  await group.drained(20_000);
  assert.deepEqual(group.text.trim().split("\n").sort(), ["error", "out"]);
  assert.deepEqual(await group.ended(20_000), []);
});

Deno.test("children that outlive the program are named and ended, also those that ignore signals or stand still", async () => {
  const group = new ProcessGroup("sh", [
    "-c",
    "sh -c 'trap \"\" TERM; echo deaf; sleep 600' & sleep 600 & kill -STOP $!; sleep 600 & echo started",
  ]);
  await group.status;
  await printed(group, "deaf");
  let left = await group.ended(0);
  const isSleep = ({ name }: { readonly name: string }) => name === "sleep"; // a shell until it has begun
  while (left.filter(isSleep).length < 2) left = await group.ended(0);
  assert.ok(left.length >= 3, JSON.stringify(left));
  await group.end(500);
  assert.deepEqual(await group.ended(20_000), []);
});

Deno.test("the leader can be asked alone, and a group that has ended can be signalled without harm", async () => {
  const group = new ProcessGroup("sh", [
    "-c",
    "trap 'echo asked; exit 0' INT; echo ready; while :; do sleep 0.05; done",
  ]);
  await printed(group, "ready");
  await group.askLeader("SIGINT", 20_000);
  assert.equal((await group.status).code, 0);
  group.signal("SIGTERM");
  await group.end(1_000);
  await group.drained(20_000);
  assert.match(group.text, /asked/);
});
