import { match, rejects } from "node:assert/strict";
import { Listener } from "../../../../dashboard/page/listen/listener.ts";

Deno.test("where a browser gives no sound to a page, the listener says so and what to do", async () => {
  // here is no secure context, as on a page over plain HTTP from another machine; one that plays: page_end_to_end_test.ts
  await rejects(
    Listener.open({ sampleRateHz: 48_000, channels: 2, onReport: () => {} }),
    ({ message }: Error) => {
      match(message, /only on pages from its own machine or over HTTPS; use an SSH tunnel/);
      return true;
    },
  );
});
