import assert from "node:assert/strict";
import { lowerMaster, MpeZones, upperMaster } from "../../midi/mpe_zones.ts";

Deno.test("members follow their master, upwards from channel 1 and downwards from channel 16", () => {
  const zones = new MpeZones();
  assert.deepEqual(zones.channelsOf(5), [5]);
  zones.set(lowerMaster, 3);
  zones.set(upperMaster, 2);
  assert.deepEqual(zones.channelsOf(lowerMaster), [1, 2, 3, 4]);
  assert.deepEqual(zones.channelsOf(upperMaster), [16, 15, 14]);
  assert.deepEqual([1, 2, 4, 5, 13, 14, 15, 16].map((channel) => zones.masterOf(channel)), [
    ...[undefined, 1, 1, undefined, undefined, 16, 16, undefined],
  ]);
});

Deno.test("the newer zone takes channels of the other one, and one of 15 members ends it", () => {
  const zones = new MpeZones();
  zones.set(lowerMaster, 10);
  zones.set(upperMaster, 9);
  assert.deepEqual([lowerMaster, upperMaster].map((master) => zones.membersOf(master)), [5, 9]);
  zones.set(lowerMaster, 15);
  assert.deepEqual([lowerMaster, upperMaster].map((master) => zones.membersOf(master)), [15, 0]);
  assert.equal(zones.masterOf(16), lowerMaster);
  zones.set(upperMaster, 14);
  assert.deepEqual([lowerMaster, upperMaster].map((master) => zones.membersOf(master)), [0, 14]);
  zones.set(upperMaster, 0);
  assert.deepEqual(zones.channelsOf(upperMaster), [16]);
});

Deno.test("zones can stand before a controller announces any: all members of one, or seven of both", () => {
  const zones = new MpeZones();
  zones.stand("lower");
  assert.deepEqual([2, 15, 16].map((channel) => zones.masterOf(channel)), [1, 1, 1]);
  zones.stand("upper");
  assert.deepEqual([1, 2, 15].map((channel) => zones.masterOf(channel)), [16, 16, 16]);
  zones.stand("both");
  assert.deepEqual([2, 8, 9, 15].map((channel) => zones.masterOf(channel)), [1, 1, 16, 16]);
  zones.stand("off");
  assert.deepEqual(zones.channelsOf(lowerMaster), [1]);
});
