import assert from "node:assert/strict";
import type { PeerMessage } from "../../../engine/cluster/cluster_messages.ts";
import { minSecretLength, PeerLink } from "../../../engine/cluster/peer_link.ts";
import { until } from "../../../testing/until.ts";

const secret = "0123456789abcdef";

function linkOf(options: { readonly secret?: string; readonly order?: string } = {}) {
  const messages: PeerMessage[] = [];
  const link = new PeerLink({
    hostname: "127.0.0.1",
    port: 0,
    secret: options.secret ?? secret,
    orderIdentity: options.order ?? "a",
    onMessage: (message) => messages.push(message),
  });
  return { link, messages };
}

Deno.test("messages arrive that are signed with the same secret and for the same order, and no others", async () => {
  const here = linkOf();
  const peer = linkOf();
  const stranger = linkOf({ secret: "another secret that is long" });
  const oldShow = linkOf({ order: "b" });
  const raw = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    for (const { link } of [peer, stranger, oldShow]) {
      link.connect("127.0.0.1", here.link.port);
      link.send({ kind: "ask", from: 7 });
    }
    await raw.send(new Uint8Array(3), { transport: "udp", hostname: "127.0.0.1", port: here.link.port });
    await until("all have come", () => here.messages.length + here.link.refused >= 4);
    assert.deepEqual(here.messages, [{ kind: "ask", from: 7 }]);
    assert.equal(here.link.refused, 3);
  } finally {
    for (const { link } of [here, peer, stranger, oldShow]) link.close();
    raw.close();
  }
});

Deno.test("an error of what takes in a message is not taken for one of the network", async () => {
  const errors: string[] = [];
  const onError = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    errors.push((event.reason as Error).message);
  };
  globalThis.addEventListener("unhandledrejection", onError);
  const link = new PeerLink({
    ...{ hostname: "127.0.0.1", port: 0, secret, orderIdentity: "a" },
    onMessage: () => {
      throw new Error("the member is broken");
    },
  });
  try {
    link.connect("127.0.0.1", link.port);
    link.send({ kind: "ask", from: 7 });
    await until("the error is told", () => errors.length > 0);
    assert.deepEqual(errors, ["the member is broken"]);
  } finally {
    link.close();
    globalThis.removeEventListener("unhandledrejection", onError);
  }
});

Deno.test("what does not fit in a datagram, and what has nowhere to go, is counted and not sent", () => {
  const { link } = linkOf();
  try {
    link.send({ kind: "ask", from: 1 });
    assert.equal(link.failed, 1, "the other machine is not known yet");
    link.connect("127.0.0.1", link.port);
    const commands = [{ id: "a", body: "x".repeat(70_000), lastBlock: 1 }];
    link.send({ kind: "proposal", block: 1, seal: { by: 0, commands } });
    assert.equal(link.failed, 2);
  } finally {
    link.close();
  }
});

Deno.test("a secret that can be guessed is refused, with the command that makes one", () => {
  assert.throws(
    () => linkOf({ secret: "x".repeat(minSecretLength - 1) }),
    /expected 16 characters or more, found 15; make one by: openssl/,
  );
});
