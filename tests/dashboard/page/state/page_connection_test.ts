import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { PageConnection } from "../../../../dashboard/page/state/page_connection.ts";
import type { EngineMessage } from "../../../../dashboard/protocol.ts";
import { until } from "../../../../testing/until.ts";

/** A server of WebSockets at a port, with what it was sent. */
function serve(port = 0) {
  const received: unknown[] = [];
  const sockets = new Set<WebSocket>();
  const server = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      sockets.add(socket);
      socket.send(JSON.stringify({ type: "hello", access: { seat: "login", reason: "" } }));
    };
    socket.onmessage = ({ data }) => received.push(JSON.parse(data));
    socket.onclose = () => sockets.delete(socket);
    return response;
  });
  const stop = async () => {
    for (const socket of sockets) socket.close();
    await server.shutdown();
  };
  return { received, sockets, stop, port: server.addr.port };
}

Deno.test("it comes back by itself, and says again what is wanted and the secret, until that is refused", async () => {
  const first = serve();
  const states: string[] = [];
  const messages: EngineMessage[] = [];
  const connection = new PageConnection({
    url: `ws://127.0.0.1:${first.port}/ui/socket`,
    onMessage: (message) => messages.push(message),
    onSamples: () => {},
    onContact: (state) => states.push(state),
  });
  connection.want("meters", { liveHz: 20 });
  connection.want("log", { log: "info" });
  connection.start();
  await until("the first message", () => messages.length === 1);
  connection.login("secret");
  connection.want("log", undefined);
  const later = { type: "want", liveHz: 20 };
  await until(
    "the want without the log",
    () => JSON.stringify(first.received).includes(JSON.stringify(later)),
  );
  ok(first.received.some((message) => JSON.stringify(message) === '{"type":"login","secret":"secret"}'));
  await first.stop();
  await until("the loss", () => states.includes("lost"));

  const second = serve(first.port);
  await until("the login at the next engine", () => second.received.length === 2);
  deepStrictEqual(second.received, [later, { type: "login", secret: "secret" }]);
  for (const socket of second.sockets) {
    socket.send(JSON.stringify({ type: "access", seat: "login", reason: "", problem: "wrong secret" }));
    socket.close();
  }
  await until("the next connection", () => second.received.length >= 3);
  await until("its greeting", () => messages.filter(({ type }) => type === "hello").length === 3);
  strictEqual(second.received.filter((message) => (message as { type: string }).type === "login").length, 1);
  connection.stop();
  await second.stop();
});

Deno.test("a page that nobody sees wants only what is heard", async () => {
  const server = serve();
  const connection = new PageConnection({
    url: `ws://127.0.0.1:${server.port}/ui/socket`,
    onMessage: () => {},
    onSamples: () => {},
    onContact: () => {},
  });
  connection.want("meters", { liveHz: 20 });
  connection.want("listen", { listen: { format: "s16" } });
  connection.isHidden = true;
  connection.start();
  await until("what it wants", () => server.received.length === 1);
  connection.isHidden = false;
  await until("what it wants when it is seen again", () => server.received.length === 2);
  deepStrictEqual(server.received, [
    { type: "want", listen: { format: "s16" } },
    { type: "want", liveHz: 20, listen: { format: "s16" } },
  ]);
  connection.stop();
  await server.stop();
});
