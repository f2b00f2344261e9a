import assert from "node:assert/strict";
import { encodePacket, OscMalformedError } from "../../osc/packet/codec.ts";
import { decodePacket } from "../../osc/packet/codec.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { fuzz } from "./fuzz.ts";
import { FuzzPackets } from "./fuzz_packets.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);

Deno.test("under broken packets at full rate the output is the render of the session, and every packet is accounted for", async () => {
  const report = await fuzz(100_000, seed);
  const told = JSON.stringify(report);
  console.log(told);
  assert.equal(report.sent, 100_000);
  assert.equal(report.read + report.dropped, report.sent, told);
  assert.ok(report.malformed > 0, told);
  assert.equal(report.failed, 0, told);
  assert.ok(report.identical && report.sounding && report.differingBlocks === 0, told);
  assert.equal(report.answered, "/version.reply", told);
});

Deno.test("the same seed gives the same packets, and most are broken, but not all", () => {
  const [one, other] = [new FuzzPackets(new SeededRandom(seed)), new FuzzPackets(new SeededRandom(seed))];
  let valid = 0;
  const count = 20_000;
  for (let index = 0; index < count; index++) {
    const packet = one.next();
    assert.deepEqual(packet, other.next());
    try {
      encodePacket(decodePacket(packet));
      valid++;
    } catch (error) {
      assert.ok(error instanceof OscMalformedError, `seed ${seed}: ${error}`);
    }
  }
  assert.ok(valid > count / 20 && valid < count / 2, `seed ${seed}: ${valid} of ${count} are valid`);
});
