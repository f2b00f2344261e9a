import assert from "node:assert/strict";
import { connectionShares, descriptorLimit } from "../../cli/descriptor_limit.ts";

Deno.test("where there are enough descriptors all connections are admitted, where there are few a reserve stays free", () => {
  const usual = connectionShares(1_024);
  assert.deepEqual(connectionShares(undefined), usual);
  assert.equal(usual.warning, undefined);
  const few = connectionShares(256);
  assert.ok(few.http + few.tcp <= 64 && few.http > few.tcp && few.tcp >= 8);
  assert.match(few.warning!, /allows this process 256 open files.*ulimit -n, or LimitNOFILE=/);
  assert.deepEqual([connectionShares(64).http, connectionShares(64).tcp], [8, 8]);
});

Deno.test("the limit of this process is known", async () => {
  const [, limit] = /^Max open files\s+(\d+)/m.exec(await Deno.readTextFile("/proc/self/limits"))!;
  assert.equal(await descriptorLimit(), Number(limit));
});
