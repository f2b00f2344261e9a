import assert from "node:assert/strict";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import { ValueEcho } from "../../../osc/subscriptions/value_echo.ts";

/** The values that a client is sent when `/a` is `value`. */
function sent(echo: ValueEcho, value: number): number[] {
  const messages: OscMessage[] = [];
  echo.flush(() => value, (message) => messages.push(message));
  return messages.map(({ args: [arg] }) => (arg as { value: number }).value);
}

const message = (value: number): OscMessage => ({ address: "/a", args: [{ type: "f", value }] });

Deno.test("the present value is due at once, a later one when it was touched and differs", () => {
  const echo = new ValueEcho();
  echo.follow("/a");
  assert.deepEqual(sent(echo, 1), [1]);
  assert.deepEqual(sent(echo, 2), [], "nothing says that it was set");
  assert.equal(echo.touch("/a"), true);
  assert.deepEqual(sent(echo, 2), [2]);
  echo.touch("/a");
  assert.deepEqual(sent(echo, 2), [], "the client shows it");
});

Deno.test("a value that the client sent itself is known; it is sent the value that holds when that differs", () => {
  const echo = new ValueEcho();
  echo.follow("/a");
  sent(echo, 0.1);
  assert.equal(echo.heard(message(0.7)), true);
  assert.deepEqual(sent(echo, 0.7), [], "as a 32-bit float, as in the packet");
  echo.heard({ timeTag: { seconds: 0, fraction: 1 }, elements: [message(99)] });
  assert.deepEqual(sent(echo, 0.7), [Math.fround(0.7)], "the value was refused");
  assert.equal(echo.heard({ address: "/b", args: [] }), false);
  assert.equal(echo.heard({ address: "/a", args: [...message(1).args, ...message(2).args] }), false);
});

Deno.test("an address that is left, or no longer exists, is not sent", () => {
  const echo = new ValueEcho();
  for (const address of ["/a", "/b"]) echo.follow(address);
  echo.keepOnly((address) => address === "/a");
  assert.deepEqual([echo.follows("/a"), echo.follows("/b"), echo.touch("/b")], [true, false, false]);
  assert.deepEqual(sent(echo, 1), [1]);
  echo.leave("/a");
  assert.equal(echo.touch("/a"), false);
  assert.deepEqual(sent(echo, 2), []);
});
