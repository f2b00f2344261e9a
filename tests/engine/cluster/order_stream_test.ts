import assert from "node:assert/strict";
import type { MachineNumber, OrderEntry } from "../../../engine/cluster/cluster_messages.ts";
import { OrderStream, OrderStreamError } from "../../../engine/cluster/order_stream.ts";
import { NatsServer } from "../../../testing/cluster/nats_server.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";

const needs = { commands: ["nats-server"], install: "apt-get install nats-server" };

/** A machine's view of the order. */
class Reader {
  readonly entries: OrderEntry[] = [];
  order!: OrderStream;
  start = "";
  startBlock: number | undefined;
  changes: boolean[] = [];
  closed: string | undefined;

  async open(machine: MachineNumber, server: NatsServer, startBlock: number): Promise<this> {
    const { order, start } = await OrderStream.open({
      servers: [server.address],
      name: "trial",
      replicas: 1,
      machine,
      startBlock,
      onEntry: (entry) => this.entries.push(entry),
      onChange: (isConnected) => this.changes.push(isConnected),
      onClosed: (reason) => this.closed = reason,
    });
    this.order = order;
    this.start = start.kind;
    if (start.kind === "first") this.startBlock = start.block;
    return this;
  }

  get seals(): number {
    return this.entries.filter(({ kind }) => kind === "seal").length;
  }
}

function sealOf(block: number, by: MachineNumber): OrderEntry {
  return {
    kind: "seal",
    block,
    seal: { by, commands: [{ id: `${block}-${by}`, body: block, lastBlock: block }] },
  };
}

requirement({
  name:
    "two machines that race for each block read one seal of it, in one order, also after the server was killed",
  fn: () =>
    inFolder(async (folder) => {
      const server = new NatsServer(folder);
      await server.start();
      const first = await new Reader().open(0, server, 700);
      const second = await new Reader().open(1, server, 900);
      try {
        assert.deepEqual([first.start, second.start], ["first", "first"]);
        assert.deepEqual([first.startBlock, second.startBlock], [700, 700], "who came first says the block");
        const blocks = 100;
        for (let block = 0; block < blocks; block++) {
          const racers = block % 2 === 0 ? [first, second] : [second, first];
          for (const racer of racers) racer.order.publish(sealOf(block, racer === first ? 0 : 1));
        }
        await until("both have read all seals", () => first.seals >= blocks && second.seals >= blocks);
        // seals that come too late, and an entry behind them
        for (let block = 0; block < blocks; block++) {
          const [winner] = first.entries.flatMap((entry) =>
            entry.kind === "seal" && entry.block === block ? [entry.seal.by] : []
          );
          (winner === 0 ? second : first).order.publish(sealOf(block, winner === 0 ? 1 : 0));
        }
        const last: OrderEntry = { kind: "command", command: { id: "last", body: 0, lastBlock: 0 } };
        for (const { order } of [first, second]) order.publish(last);
        const ends = ({ entries }: Reader) => entries.filter(({ kind }) => kind === "command").length === 2;
        await until("both have read what came last", () => ends(first) && ends(second));
        assert.equal(first.seals, blocks, "one seal of each block");
        assert.deepEqual(first.entries, second.entries);
        assert.ok(
          first.order.refusedSeals + second.order.refusedSeals > 0,
          "late ones are counted as refused",
        );

        await server.kill();
        await until("both notice", () => !first.order.isConnected && !second.order.isConnected);
        first.order.publish(sealOf(blocks, 0)); // goes nowhere, and does not throw
        await server.start();
        await until("both are back", () => first.order.isConnected && second.order.isConnected);
        second.order.publish(sealOf(blocks, 1));
        await until("both read on", () => first.seals === blocks + 1 && second.seals === blocks + 1);
        assert.deepEqual(first.entries, second.entries, "nothing is read twice and nothing is missing");
        assert.deepEqual(first.entries.at(-1), sealOf(blocks, 1));

        const again = await new Reader().open(0, server, 1);
        try {
          assert.equal(again.start, "join", "a machine begins once");
          again.order.publish({ kind: "join", machine: 0, incarnation: "b" });
          await until("it reads from its join on", () => again.entries.length > 0);
          assert.deepEqual(again.entries, [{ kind: "join", machine: 0, incarnation: "b" }]);
        } finally {
          await again.order.close();
        }
      } finally {
        await first.order.close();
        await second.order.close();
        await server.kill();
      }
    }),
}, needs);

requirement({
  name: "an order that forgot what it held is closed, with the reason",
  fn: () =>
    inFolder(async (folder) => {
      const server = new NatsServer(folder);
      await server.start();
      const reader = await new Reader().open(0, server, 1);
      try {
        reader.order.publish(sealOf(1, 0));
        await until("the seal is read", () => reader.seals === 1);
        await server.kill();
        await server.start("another");
        await until("it is closed", () => reader.closed !== undefined);
        assert.match(reader.closed!, /^order trial: the stream is gone; stop both machines/);
        assert.equal(reader.order.isConnected, false);
      } finally {
        await reader.order.close();
        await server.kill();
      }
    }),
}, needs);

Deno.test("without a server, the error says how to start one", async () => {
  const open = (name: string) =>
    OrderStream.open({
      servers: ["127.0.0.1:1"],
      name,
      replicas: 1,
      machine: 0,
      startBlock: 0,
      onEntry: () => {},
    });
  await assert.rejects(open("trial"), (error) => {
    assert.ok(error instanceof OrderStreamError);
    assert.match(error.message, /^no NATS server answers at 127\.0\.0\.1:1 .*; start nats-server -js$/);
    return true;
  });
  await assert.rejects(open("a.b"), /expected up to 32 letters/);
});
