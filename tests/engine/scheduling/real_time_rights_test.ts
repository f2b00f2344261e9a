import assert from "node:assert/strict";
import { realTimeRemedy } from "../../../engine/scheduling/real_time_rights.ts";

Deno.test("the remedy names a line for each right that is missing, for a login, for systemd and for a container", () => {
  const all = realTimeRemedy(["callback", "rtprio", "nice", "memlock"]);
  for (
    const line of [
      '"@audio - rtprio 20"',
      '"@audio - nice -20"',
      '"@audio - memlock unlimited"',
      "LimitRTPRIO=20 LimitNICE=-20 LimitMEMLOCK=infinity",
      "--cap-add SYS_NICE --ulimit rtprio=20 --ulimit memlock=-1",
    ]
  ) assert.ok(all.includes(line), `${line} is not in: ${all}`);
  assert.ok(!realTimeRemedy(["nice"]).includes("rtprio"));
  assert.equal(realTimeRemedy([]), "");
});

Deno.test("a callback of the normal class is a matter of the sound server where the rights are there", () => {
  assert.match(realTimeRemedy(["callback"]), /^let the sound server run in real time/);
});
