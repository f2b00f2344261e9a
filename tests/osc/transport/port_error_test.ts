import assert from "node:assert/strict";
import { exitCodes } from "../../../foundation/exit_codes.ts";
import { ExitError } from "../../../foundation/exit_error.ts";
import { portError } from "../../../osc/transport/port_error.ts";
import { TcpListener } from "../../../osc/transport/tcp_listener.ts";
import { UdpListener } from "../../../osc/transport/udp_listener.ts";

const bind: Readonly<Record<string, (hostname: string, port: number) => unknown>> = {
  UDP: (hostname, port) => UdpListener.bind({ hostname, port }),
  TCP: (hostname, port) => TcpListener.bind({ hostname, port, framing: "slip" }),
};

const notOurs = /^UNDERSTUDY_OSC_HOST: \S+ is no address of this machine, or its network is not up yet; /;
const noAddress = /^UNDERSTUDY_OSC_HOST: expected an IP address of this machine, found "/;

/** Addresses on which nothing can listen, and what is said. */
const wrong: Readonly<Record<string, RegExp>> = {
  "8.8.8.8": notOurs,
  "2001:db8::1": notOurs,
  "*": noAddress,
  "127.0.0.1:80": noAddress,
  "no-such-name.invalid": noAddress,
  "fe80::1": noAddress,
};

for (const [protocol, listen] of Object.entries(bind)) {
  Deno.test(`an address on which nothing can listen is one sentence with the setting: ${protocol}`, () => {
    for (const [hostname, expected] of Object.entries(wrong)) {
      assert.throws(() => listen(hostname, 0), (error) => {
        assert.ok(error instanceof ExitError, `${hostname}: ${error}`);
        assert.equal(error.exitCode, exitCodes.port);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    }
  });
}

Deno.test("a port that is taken, and one that needs a right, name the setting of the port", () => {
  const place = {
    hostname: "127.0.0.1",
    port: 80,
    protocol: "OSC",
    hostSetting: "UNDERSTUDY_OSC_HOST",
    portSetting: "UNDERSTUDY_OSC_PORT",
  };
  const taken = portError(new Deno.errors.AddrInUse("in use"), place);
  assert.match(taken.message, /^OSC port 80 on 127\.0\.0\.1 is taken, .* set UNDERSTUDY_OSC_PORT$/);
  const denied = portError(new Deno.errors.PermissionDenied("denied"), place);
  assert.match(
    denied.message,
    /^OSC port 80 may be opened by root only; set UNDERSTUDY_OSC_PORT to a port from/,
  );
  assert.deepEqual([taken.exitCode, denied.exitCode], [exitCodes.port, exitCodes.port]);
});
