import assert from "node:assert/strict";
import { decodeOrderEntry, encodeClusterMessage } from "../../../engine/cluster/cluster_encoding.ts";
import { ClusterMember, maxSealBytes } from "../../../engine/cluster/cluster_member.ts";
import type { ClusterAction, MachineNumber } from "../../../engine/cluster/cluster_messages.ts";

const limits = { aheadBlocks: 8, bidBlocks: 4, resendBlocks: 2, lifetimeBlocks: 20, keptBlocks: 100 };

function memberOf(machine: MachineNumber): ClusterMember {
  return new ClusterMember({ machine, limits, start: { kind: "first", block: 100 } });
}

function all<Kind extends ClusterAction["kind"]>(
  actions: readonly ClusterAction[],
  kind: Kind,
): readonly Extract<ClusterAction, { kind: Kind }>[] {
  return actions.filter((action): action is Extract<ClusterAction, { kind: Kind }> => action.kind === kind);
}

/** Hands over what one member sends to the other, once. */
function exchange(from: ClusterMember, to: ClusterMember): readonly ClusterAction[] {
  const actions = from.drain();
  for (const { message } of all(actions, "send")) to.receive(message);
  return actions;
}

Deno.test("two machines settle blocks and hear commands of both while the order is away", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  exchange(first, second);
  exchange(second, first);
  assert.equal(first.front, 108);
  assert.equal(second.front, 108);

  second.command("lights", { note: 60 });
  exchange(second, first);
  first.tick(101);
  const proposed = exchange(first, second);
  assert.ok(all(proposed, "publish").length > 0, "the order is told although it is away");
  const atSecond = exchange(second, first);
  const heard = all(atSecond, "hear").flatMap(({ commands }) => commands.map(({ id }) => id));
  assert.deepEqual(heard, ["lights"]);
  assert.deepEqual(all(atSecond, "acknowledge"), [{ kind: "acknowledge", id: "lights", block: 108 }]);
});

Deno.test("a flood of commands is spread over blocks whose seals any way can carry, and one too large is refused", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  exchange(first, second);
  exchange(second, first);
  const count = 6_000;
  for (let index = 0; index < count; index++) first.command(`command ${index}`, { note: index });
  first.command("large", "x".repeat(maxSealBytes));
  const heard: string[] = [];
  const refused: string[] = [];
  for (let block = 101; block < 116; block++) {
    first.tick(block);
    const actions = exchange(first, second);
    for (const { message } of all(actions, "send")) {
      assert.ok(encodeClusterMessage(message).length < 60_000);
    }
    for (const { entry } of all(actions, "publish")) {
      assert.ok(decodeOrderEntry(encodeClusterMessage(entry)) !== undefined);
    }
    refused.push(...all(actions, "refuse").map(({ id }) => id));
    const atSecond = exchange(second, first);
    heard.push(...all(atSecond, "hear").flatMap(({ commands }) => commands.map(({ id }) => id)));
  }
  assert.deepEqual(heard, Array.from({ length: count }, (_, index) => `command ${index}`));
  assert.deepEqual(refused, ["large"]);
});

Deno.test("a machine that reaches nobody sends what is settled, then nothing, and refuses commands", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  exchange(first, second);
  exchange(second, first);
  for (let block = 101; block < 110; block++) first.tick(block);
  assert.equal(first.maySend(107), true);
  assert.equal(first.maySend(108), false);
  first.drain();
  first.command("late", 1);
  assert.match(all(first.drain(), "refuse")[0].reason, /send it to the other one/);
});

Deno.test("the second machine bids for blocks without a proposal, and the order decides for both", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  first.drain(); // its proposals are lost
  second.tick(100);
  const asked = all(second.drain(), "publish").map(({ entry }) => entry);
  assert.deepEqual(
    asked,
    [{ kind: "probe", machine: 1, block: 100 }],
    "it binds itself only to an order that answers",
  );
  second.read(asked[0]);
  second.tick(100);
  const bids = all(second.drain(), "publish").flatMap(({ entry }) => entry.kind === "seal" ? [entry] : []);
  assert.deepEqual(bids.map(({ block }) => block), [100, 101, 102, 103]);
  first.tick(102);
  exchange(first, second);
  exchange(second, first);
  assert.equal(second.front, 100, "what it bid for is the order's to decide");
  for (const member of [first, second]) for (const bid of bids) member.read(bid);
  exchange(second, first);
  assert.ok(first.front >= 104 && second.front >= 104);
});

Deno.test("a command counts once although both machines got it and both sealed it", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.command("go", 1);
  second.command("go", 1);
  first.tick(100);
  first.drain();
  assert.equal(first.front, 100);
  const commands = [{ id: "go", body: 1, lastBlock: 120 }];
  const actions: ClusterAction[] = [];
  first.read({ kind: "seal", block: 100, seal: { by: 1, commands } });
  first.read({ kind: "seal", block: 101, seal: { by: 1, commands } });
  actions.push(...first.drain());
  assert.deepEqual(all(actions, "hear").map(({ commands }) => commands.length), [1, 0]);
  assert.equal(all(actions, "acknowledge").length, 1);
});

Deno.test("of two machines that differ, the second one stops before the block that differs", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  exchange(first, second);
  exchange(second, first);
  for (const block of [100, 101, 102]) first.rendered(block, block);
  exchange(first, second);
  second.rendered(100, 100);
  second.rendered(101, 7);
  assert.deepEqual(all(exchange(second, first), "stopLeg").map(({ block }) => block), [101]);
  assert.equal(second.maySend(100), true);
  assert.equal(second.maySend(101), false);
  assert.equal(first.maySend(101), true);
});

Deno.test("a machine that starts again has no say in blocks that its predecessor may have decided", () => {
  const first = memberOf(0);
  const second = memberOf(1);
  first.tick(100);
  exchange(first, second);
  exchange(second, first);
  const joining = new ClusterMember({ machine: 1, limits, start: { kind: "join", incarnation: "b" } });
  for (const { entry } of all(joining.drain(), "publish")) first.read(entry);
  joining.tick(101);
  exchange(joining, first);
  const [offer] = all(first.drain(), "offer");
  assert.equal(offer.snapshot.front, 108);
  assert.equal(offer.snapshot.votesFrom, 116);
  joining.restore(offer.snapshot);
  first.tick(101);
  exchange(first, joining);
  assert.equal(all(joining.drain(), "send").some(({ message }) => message.kind === "accepted"), false);
  assert.equal(joining.front, 108);
});
