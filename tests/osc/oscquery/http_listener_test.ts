/** The limits of HTTP connections and WebSockets, over real sockets. */
import assert from "node:assert/strict";
import { Traffic } from "../../../osc/admission/traffic.ts";
import type { ConnectionStream } from "../../../osc/oscquery/connection_stream.ts";
import { HttpListener, type HttpQuestion } from "../../../osc/oscquery/http_listener.ts";
import { httpLimits, webSocketLimits } from "../../../osc/transport/connection_table.ts";
import { until } from "../../../testing/until.ts";

/** 64 pieces of 64 KiB, the n-th full of n; counts what was asked of it. */
const pieces = { pulled: 0, cancelled: 0 };
const pieceBytes = 65_536;
const fileOf = () => {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (next === 64) return controller.close();
      pieces.pulled++;
      controller.enqueue(new Uint8Array(pieceBytes).fill(next++));
    },
    cancel: () => void pieces.cancelled++,
  }, { highWaterMark: 0 });
};

/** The file of `/file-later` is open. */
const fileOpened = Promise.withResolvers<void>();

interface Host {
  readonly listener: HttpListener;
  readonly traffic: Traffic;
  readonly questions: HttpQuestion[];
  readonly received: (string | Uint8Array)[];
  readonly connect: () => Promise<Deno.TcpConn>;
}

async function withListener(work: (host: Host) => Promise<void>): Promise<void> {
  const traffic = new Traffic({ onNotice: () => {} });
  const questions: HttpQuestion[] = [];
  const received: (string | Uint8Array)[] = [];
  const listener = new HttpListener({
    hostname: "127.0.0.1",
    port: 0,
    maxMessageBytes: 1_000,
    traffic,
    onRequest: (question) => {
      questions.push(question);
      if (question.url === "/fails") throw new Error("a defect");
      if (question.url === "/later") return Promise.reject(new Error("a defect"));
      if (question.url === "/file" || question.url === "/file-later") {
        const headers = { "content-length": String(64 * pieceBytes) };
        const answer = { status: 200, headers, body: fileOf() };
        return question.url === "/file" ? Promise.resolve(answer) : fileOpened.promise.then(() => answer);
      }
      const body = question.url === "/long" ? "x".repeat(20_000) : "grüße";
      return { status: 200, headers: { "content-type": "text/plain" }, body };
    },
    onUpgrade: () => undefined,
    onSocket: () => ({
      onMessage: (data) => void received.push(typeof data === "string" ? data : data.slice()),
      onClose: () => {},
    }),
  });
  const { port } = listener.address;
  const connections: Deno.TcpConn[] = [];
  const connect = async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connections.push(connection);
    return connection;
  };
  try {
    await work({ listener, traffic, questions, received, connect });
  } finally {
    await listener.stop(50);
    for (const connection of connections) closeOnce(connection);
  }
}

function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // the test has closed it
  }
}

const request = new TextEncoder().encode("GET /x?y HTTP/1.1\r\nhost: h\r\norigin: http://o\r\n\r\n");
const upgrade = new TextEncoder().encode(
  "GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
);

async function answerOf(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  const length = await connection.read(buffer).catch(() => 0);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

Deno.test("requests are answered one after the other on one connection, a defect is 500, and what is no HTTP ends it", () =>
  withListener(async ({ connect, questions, traffic }) => {
    const connection = await connect();
    for (let count = 0; count < 2; count++) {
      await connection.write(request);
      assert.match(await answerOf(connection), /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 7\r\n[^]*grüße$/);
    }
    const { method, url, host, origin, peer } = questions[0];
    assert.deepEqual([method, url, host, origin], ["GET", "/x?y", "h", "http://o"]);
    assert.deepEqual([peer.hostname, peer.host], ["127.0.0.1", "this machine"]);
    await connection.write(new TextEncoder().encode("GET /fails HTTP/1.1\r\nhost: h\r\n\r\n"));
    assert.match(await answerOf(connection), /^HTTP\/1\.1 500 /);
    await connection.write(new TextEncoder().encode("GET /later HTTP/1.1\r\nhost: h\r\n\r\n"));
    assert.match(await answerOf(connection), /^HTTP\/1\.1 500 /);
    assert.equal(traffic.counts.failed, 2);
    await connection.write(new TextEncoder().encode("NONSENSE\r\n\r\n"));
    assert.equal(await answerOf(connection), "");
  }));

Deno.test("requests that are sent without waiting for answers are all answered, however long the answers are", () =>
  withListener(async ({ connect, questions }) => {
    const connection = await connect();
    const count = 100;
    await connection.write(new TextEncoder().encode("GET /long HTTP/1.1\r\nhost: h\r\n\r\n".repeat(count)));
    const buffer = new Uint8Array(65_536);
    for (let bytes = 0; bytes < count * 20_000;) {
      const length = await connection.read(buffer);
      assert.ok(length !== null, `${questions.length} of ${count} requests were read`);
      bytes += length;
    }
    assert.equal(questions.length, count);
  }));

Deno.test("pages over which nothing has come give way at once, those at rest as well; one that spoke just now does not", () =>
  withListener(async ({ connect, traffic }) => {
    const busy = await connect();
    await busy.write(upgrade);
    await answerOf(busy);
    await busy.write(Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 7));
    for (let count = 0; count < webSocketLimits.maxPerHost + 5; count++) {
      const silent = await connect();
      await silent.write(upgrade);
      assert.match(await answerOf(silent), /^HTTP\/1\.1 101 /);
    }
    for (let count = 0; count < httpLimits.maxPerHost; count++) {
      const resting = await connect();
      await resting.write(request);
      assert.match(await answerOf(resting), /^HTTP\/1\.1 200 /);
    }
    const page = await connect();
    await page.write(upgrade);
    assert.match(await answerOf(page), /^HTTP\/1\.1 101 /);
    assert.ok(traffic.counts.refused > 0);
    await busy.write(Uint8Array.of(0x89, 0x80, 0, 0, 0, 0)); // a ping
    assert.equal((await busy.read(new Uint8Array(64))) ?? 0, 2);
  }));

Deno.test("1,000 connections that say nothing keep nobody out, and cost no more places than there are", () =>
  withListener(async ({ connect, traffic }) => {
    const old = await connect();
    await old.write(request);
    await answerOf(old);
    for (let count = 0; count < 1_000; count++) await connect();
    for (const connection of [await connect(), old]) {
      await connection.write(request);
      assert.match(await answerOf(connection), /^HTTP\/1\.1 200 /);
    }
    assert.equal(traffic.counts.refused, 1_002 - httpLimits.maxPerHost);
  }));

Deno.test("a message that is not finished takes no more memory than a message may, and a longer one is not read", () =>
  withListener(async ({ connect, received, traffic }) => {
    const connection = await connect();
    await connection.write(upgrade);
    assert.match(await answerOf(connection), /^HTTP\/1\.1 101 /);
    // fragments of a text that never ends, masked by zero
    const fragment = (opcode: number) =>
      Uint8Array.of(opcode, 0x80 | 100, 0, 0, 0, 0, ...new Array(100).fill(65));
    await connection.write(fragment(0x01));
    for (let count = 0; count < 10; count++) await connection.write(fragment(0x00));
    await until("it is counted", () => traffic.counts.malformed === 1);
    const large = await connect();
    await large.write(upgrade);
    await answerOf(large);
    await large.write(Uint8Array.of(0x82, 0xFF, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0)); // 128 MiB follow
    await until("it is counted", () => traffic.counts.malformed === 2);
    assert.deepEqual(received, []);
  }));

Deno.test("a request with a body is answered and the body is not read", () =>
  withListener(async ({ connect }) => {
    const connection = await connect();
    await connection.write(
      new TextEncoder().encode("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 100000000\r\n\r\nabc"),
    );
    assert.match(await answerOf(connection), /^HTTP\/1\.1 200 [^]*connection: close/);
    assert.equal(await answerOf(connection), "");
  }));

Deno.test("it ends with clients in every state, and frees its port", async () => {
  let port = 0;
  await withListener(async ({ connect, listener }) => {
    ({ port } = listener.address);
    const [silent, begun, socket] = [await connect(), await connect(), await connect()];
    assert.ok(silent);
    await begun.write(request.subarray(0, 9));
    await socket.write(upgrade);
    await answerOf(socket);
  });
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("a file is sent whole and as fast as the client takes it, and is let go of when the client leaves", () =>
  withListener(async ({ connect, listener, questions }) => {
    const answer = await fetch(`http://127.0.0.1:${listener.address.port}/file`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.equal(answer.headers.get("content-length"), String(bytes.length));
    assert.ok(bytes.every((byte, index) => byte === Math.floor(index / pieceBytes)));
    const ask = (method: string) => new TextEncoder().encode(`${method} /file HTTP/1.1\r\nhost: h\r\n\r\n`);
    const [head, slow] = [await connect(), await connect()];
    Object.assign(pieces, { pulled: 0, cancelled: 0 });
    await head.write(ask("HEAD"));
    assert.match(await answerOf(head), /content-length: 4194304\r\n[^]*\r\n\r\n$/);
    assert.deepEqual(pieces, { pulled: 0, cancelled: 1 });
    await slow.write(ask("GET"));
    await answerOf(slow);
    slow.close();
    await until("the file is let go of", () => pieces.cancelled === 2);
    assert.ok(pieces.pulled < 64, `${pieces.pulled} pieces were read for a client that took one`);
    const gone = await connect();
    await gone.write(new TextEncoder().encode("GET /file-later HTTP/1.1\r\nhost: h\r\n\r\n"));
    await until("it has asked", () => questions.at(-1)?.url === "/file-later");
    const stream = questions.at(-1)!.peer as ConnectionStream;
    gone.close();
    await until("it has gone", () => stream.closed);
    fileOpened.resolve();
    await until("the file is let go of that nobody waits for", () => pieces.cancelled === 3);
  }));
