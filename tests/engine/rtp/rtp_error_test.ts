import assert from "node:assert/strict";
import { RtpError } from "../../../engine/rtp/rtp_error.ts";
import { exitCodes } from "../../../foundation/exit_codes.ts";

Deno.test("a stream that cannot be opened ends the program as a missing device does", () => {
  const error = new RtpError("no socket");
  assert.deepEqual([error.message, error.exitCode], ["RTP: no socket", exitCodes.device]);
});
