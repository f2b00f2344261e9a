import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectionTable, type PlacedConnection } from "../../../osc/transport/connection_table.ts";

class Connection implements PlacedConnection {
  gone = false;

  constructor(readonly host: string, public hasSpoken: boolean, public lastMs: number) {}

  giveWay(): void {
    this.gone = true;
  }
}

const limits = { maxConnections: 4, maxPerHost: 3 };

Deno.test("one that has said nothing gives way first, then the one that is silent longest; a busy one never", () => {
  const clock = { ms: 100_000 };
  const table = new ConnectionTable<Connection>(limits, () => clock.ms);
  const add = (host: string, hasSpoken: boolean, lastMs: number) => {
    const connection = new Connection(host, hasSpoken, lastMs);
    return { connection, isIn: table.add(connection) };
  };
  const idle = add("a", true, 10_000).connection;
  const older = add("a", true, 5_000).connection;
  const silent = add("a", false, 99_000).connection;
  assert.ok(add("a", true, 100_000).isIn);
  assert.deepEqual([silent.gone, older.gone, idle.gone], [true, false, false]);
  assert.ok(add("a", true, 100_000).isIn);
  assert.ok(older.gone);
  assert.ok(add("a", true, 100_000).isIn);
  assert.ok(idle.gone);
  assert.ok(!add("a", true, 100_000).isIn, "all of this host are busy");
  assert.ok(add("b", true, 100_000).isIn);
  assert.ok(!add("c", true, 100_000).isIn);
  clock.ms += 10_001;
  assert.ok(add("c", true, clock.ms).isIn);
  assert.equal(table.size, 4);
});

Deno.test("whatever comes, the limits hold, and a host with fewer connections takes the place of one with more", () => {
  const hosts = fc.constantFrom("a", "b", "c", "d", "e");
  fc.assert(
    fc.property(fc.array(hosts, { maxLength: 60 }), (sequence) => {
      const table = new ConnectionTable<Connection>(limits, () => 0);
      for (const [at, host] of sequence.entries()) {
        assert.ok(table.add(new Connection(host, false, at)));
        const counts = Map.groupBy(table.values(), (connection) => connection.host);
        assert.ok(table.size <= limits.maxConnections);
        for (const held of counts.values()) assert.ok(held.length <= limits.maxPerHost);
        assert.ok([...table.values()].every(({ gone }) => !gone));
        assert.ok(counts.has(host));
      }
    }),
  );
});
