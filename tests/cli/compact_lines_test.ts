import assert from "node:assert/strict";
import { CompactLines } from "../../cli/compact_lines.ts";
import { paint } from "../../cli/paint.ts";
import { createLog } from "../../foundation/logging.ts";

Deno.test("a start shows what is wrong; then every event is one line that fits, with its renderer", () => {
  const lines = new CompactLines({ painter: paint({ isTerminal: () => false }), columns: () => 40 });
  let written = lines.progress("starting keys …");
  const log = createLog({
    level: "info",
    format: (record) => lines.line(record),
    colour: false,
    write: (line) => void (written += line),
  });
  log.info("plays primary", { role: "primary", rendererId: 1 });
  log.warning("a very long warning that says more than one line can hold");
  lines.open();
  log.info("plays primary", { role: "primary", rendererId: 2 });
  log.error("\x1b[2Jlost");
  log.debug("detail");
  assert.equal(
    written.replaceAll(/\d\d:\d\d:\d\d/g, "TIME"),
    "starting keys …\r\x1b[KTIME  ! a very long warning that sa…\n" +
      "TIME  primary#2: plays primary\nTIME  error: \\u001b[2Jlost\n",
  );
});
