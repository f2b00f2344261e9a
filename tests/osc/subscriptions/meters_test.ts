import assert from "node:assert/strict";
import type { EngineControl, Meter } from "../../../engine/control/control.ts";
import { meterRates, Meters } from "../../../osc/subscriptions/meters.ts";
import { maxSubscribers } from "../../../osc/subscriptions/subscribers.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

/** The meters of an engine, with the number of those that are open. */
function countMeters(engine: Pick<EngineControl, "openMeter">) {
  const counter = {
    open: 0,
    openMeter: (): Meter => {
      const meter = engine.openMeter();
      counter.open++;
      return {
        drain: () => meter.drain(),
        close: () => {
          counter.open--;
          meter.close();
        },
      };
    },
  };
  return counter;
}

Deno.test("each subscriber gets a peak for each channel; leaving, joining again and stopping close its meter", async () => {
  const { engine } = await startTestEngine();
  const counter = countMeters(engine);
  const meters = new Meters(counter);
  const [first, second] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  meters.join(first, meterRates.highestHz);
  meters.join(second, meterRates.highestHz);
  await until("both have some", () => first.replies.length > 2 && second.replies.length > 2);
  assert.ok(first.replies.every(({ address, args }) => address === "/meters" && args.length === 2));
  meters.join(first, meterRates.lowestHz);
  assert.deepEqual([meters.size, counter.open], [2, 2]);
  meters.leave(second);
  assert.deepEqual([meters.size, counter.open], [1, 1]);
  meters.stop();
  assert.deepEqual([meters.size, counter.open], [0, 0]);
  await engine.stop();
});

Deno.test("beyond the limit of subscribers one gives way, and nothing is left open", async () => {
  const { engine } = await startTestEngine();
  const counter = countMeters(engine);
  const meters = new Meters(counter);
  for (let port = 0; port < maxSubscribers; port++) meters.join(senderAt("127.0.0.1", port), 1);
  meters.join(senderAt("127.0.0.1", 9_999), 1); // the oldest gives way
  assert.equal(counter.open, maxSubscribers);
  meters.stop();
  assert.equal(counter.open, 0);
  await engine.stop();
});
