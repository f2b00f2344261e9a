import assert from "node:assert/strict";
import { type ClusterHostAction, ClusterMachine } from "../../../engine/cluster/cluster_machine.ts";
import type { MachineNumber } from "../../../engine/cluster/cluster_messages.ts";
import { NatsServer } from "../../../testing/cluster/nats_server.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";

const limits = { aheadBlocks: 14, bidBlocks: 8, resendBlocks: 3, lifetimeBlocks: 60, keptBlocks: 400 };
const startBlock = 1000;

/** A machine whose blocks pass when the test says so, and what it heard. */
class Host {
  machine!: ClusterMachine;
  readonly heard: string[] = [];
  readonly answers = new Map<string, string>();

  async open(number: MachineNumber, server: NatsServer): Promise<this> {
    this.machine = await ClusterMachine.open({
      order: { servers: [server.address], name: "show", replicas: 1, machine: number, startBlock },
      limits,
      listen: { hostname: "127.0.0.1", port: 0 },
      secret: "a secret of the test",
      onAction: (action) => this.#note(action),
    });
    return this;
  }

  #note(action: ClusterHostAction): void {
    if (action.kind === "hear") {
      for (const { id } of action.commands) this.heard.push(`${action.block} ${id}`);
    } else if (action.kind === "acknowledge") this.answers.set(action.id, "heard");
    else if (action.kind === "refuse") this.answers.set(action.id, action.reason);
  }
}

/** Lets blocks pass, each once all that play know what is heard in it and in those of a network's time behind it. */
async function play(hosts: readonly Host[], from: number, to: number): Promise<void> {
  const ahead = hosts.length === 2 ? limits.bidBlocks + limits.resendBlocks : 0;
  for (let block = from; block < to; block++) {
    await until(`block ${block} is settled`, () => {
      for (const { machine } of hosts) machine.tick(block);
      return hosts.every(({ machine }) => machine.maySend(block + ahead));
    });
  }
}

requirement({
  name: "two machines play one order, go on with commands while its server is killed, and one goes on alone",
  fn: () =>
    inFolder(async (folder) => {
      const server = new NatsServer(folder);
      await server.start();
      const first = await new Host().open(0, server);
      const second = await new Host().open(1, server);
      const both = [first, second];
      try {
        first.machine.connect("127.0.0.1", second.machine.port);
        second.machine.connect("127.0.0.1", first.machine.port);
        await play(both, startBlock, startBlock + 20);
        second.machine.command("at the second", { note: 60 });
        await play(both, startBlock + 20, startBlock + 60);
        assert.equal(second.answers.get("at the second"), "heard");

        await server.kill();
        await until("both notice", () => both.every(({ machine }) => !machine.isOrderReached));
        first.machine.command("without an order", { note: 61 });
        second.machine.command("without an order", { note: 61 });
        await play(both, startBlock + 60, startBlock + 120);
        for (const { answers } of both) assert.equal(answers.get("without an order"), "heard");
        assert.equal(first.heard.length, 2);
        assert.deepEqual(first.heard, second.heard, "the same commands in the same blocks, once");

        await server.start();
        await until("both are back", () => both.every(({ machine }) => machine.isOrderReached));
        await first.machine.close();
        await play([second], startBlock + 120, startBlock + 130);
        second.machine.command("alone", { note: 62 });
        await play([second], startBlock + 130, startBlock + 180);
        assert.equal(second.answers.get("alone"), "heard");
      } finally {
        for (const { machine } of both) await machine.close();
        await server.kill();
      }
    }),
}, { commands: ["nats-server"], install: "apt-get install nats-server" });
