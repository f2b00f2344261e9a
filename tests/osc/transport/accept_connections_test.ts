import assert from "node:assert/strict";
import { acceptConnections } from "../../../osc/transport/accept_connections.ts";

Deno.test("an error of the system, or of what takes the connection, ends nothing: the next connection is accepted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let failing = 2;
  let stopped = false;
  const errors: string[] = [];
  const accepted: Deno.TcpConn[] = [];
  const came = Promise.withResolvers<void>();
  const accepting = acceptConnections({
    accept: () => {
      if (failing-- > 0) return Promise.reject(new Error("Too many open files (os error 24)"));
      return listener.accept();
    },
  }, {
    isStopped: () => stopped,
    onConnection: (connection) => {
      accepted.push(connection);
      if (accepted.length === 1) throw new Error("it cannot be served");
      came.resolve();
    },
    onError: (error) => errors.push((error as Error).message),
  });
  const { hostname, port } = listener.addr;
  const clients = [await Deno.connect({ hostname, port }), await Deno.connect({ hostname, port })];
  await came.promise;
  assert.equal(accepted.length, 2);
  assert.deepEqual(errors, [
    "Too many open files (os error 24)",
    "Too many open files (os error 24)",
    "it cannot be served",
  ]);
  stopped = true;
  listener.close();
  await accepting;
  for (const each of [...clients, ...accepted]) each.close();
});
