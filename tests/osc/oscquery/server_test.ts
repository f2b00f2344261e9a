/** OSCQuery against the real engine, over real sockets. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { Observers } from "../../../foundation/observers.ts";
import { encodePacket, type OscArgument } from "../../../osc/packet/codec.ts";
import { OscQueryServer, stopMs } from "../../../osc/oscquery/server.ts";
import { webSocketLimits } from "../../../osc/transport/connection_table.ts";
import { WebSocketClient } from "../../../testing/osc/web_socket_client.ts";
import { until } from "../../../testing/until.ts";
import { type QueryHost, withQueryHost } from "./query_host.ts";

/** A further server for an engine that has one. */
function serverOf({ engine, space, admission }: QueryHost): OscQueryServer {
  return new OscQueryServer({
    hostname: "127.0.0.1",
    port: 0,
    name: "another",
    osc: { hostname: "127.0.0.1", port: 1 },
    engine,
    methods: () => space.methods,
    admission,
    allowedOrigins: [],
  });
}

const json = async (response: Promise<Response>) => await (await response).json();

Deno.test("over HTTP: the tree, one value, the host, and the statuses of the proposal", () =>
  withQueryHost(async ({ server, engine }) => {
    const { url, port } = server;
    const response = await fetch(url);
    assert.equal(response.headers.get("content-type"), "application/json");
    const tree = await response.json();
    assert.equal(tree.CONTENTS.keys.CONTENTS.cutoffHz.FULL_PATH, "/keys/cutoffHz");
    assert.equal(tree.CONTENTS.engine.CONTENTS.failover.TYPE, "");
    for (const { address } of engine.parameters) {
      const [group, name] = address.split("/");
      assert.equal(tree.CONTENTS[group].CONTENTS[name].ACCESS, 3);
    }
    const parameter = engine.parameters.findIndex(({ address }) => address === "keys/cutoffHz");
    engine.submit([{ kind: "set", parameter, value: 1_234.5 }]);
    assert.deepEqual(await json(fetch(`${url}/keys/cutoffHz?VALUE#part`)), { VALUE: [1_234.5] });
    const info = await json(fetch(`${url}/any?HOST_INFO`));
    assert.deepEqual(
      [info.NAME, info.OSC_IP, info.OSC_PORT, info.OSC_TRANSPORT, info.WS_IP, info.WS_PORT],
      ["Understudy in a test", "127.0.0.1", 57_130, "UDP", "127.0.0.1", port],
    );
    assert.ok(info.EXTENSIONS.LISTEN && info.EXTENSIONS.PATH_CHANGED && info.EXTENSIONS.VALUE);
    for (const [path, status] of [["/keys?VALUE", 204], ["/?NO", 400], ["/no", 404]] as const) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, status);
      assert.equal((await answer.text()) === "", status === 204);
    }
  }));

Deno.test("other methods, too long URLs and foreign pages are turned away, and counted", () =>
  withQueryHost(async ({ server, admission }) => {
    const status = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(server.url + path, init);
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status("/", { method: "POST", body: "x" }), 405);
    assert.equal(await status("/", { method: "HEAD" }), 200);
    assert.equal(await status(`/${"a".repeat(3_000)}`), 414);
    assert.equal(await status("/", { headers: { origin: "https://evil.example" } }), 403);
    assert.equal(admission.counts.refused, 1);
    assert.match(admission.notices[0], /https:\/\/evil\.example/);
    const allowed = await fetch(server.url, { headers: { origin: "https://surface.example" } });
    await allowed.body?.cancel();
    assert.equal(allowed.headers.get("access-control-allow-origin"), "https://surface.example");
    const preflight = await fetch(server.url, {
      method: "OPTIONS",
      headers: { origin: "http://localhost:1" },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, HEAD");
  }));

Deno.test("a browser gets the page where an OSCQuery client gets its JSON, and each route passes the same checks", () => {
  const received: string[] = [];
  const headers = { "content-type": "text/html", "cache-control": "max-age=60" };
  return withQueryHost(async ({ server, admission }) => {
    const get = async (path: string, init: Record<string, string> = {}) => {
      const answer = await fetch(server.url + path, { headers: init });
      return [answer.status, answer.headers.get("content-type"), await answer.text()];
    };
    const browser = { accept: "text/html,*/*;q=0.8" };
    assert.deepEqual(await get("/", browser), [200, "text/html", "the page"]);
    assert.equal((await get("/"))[1], "application/json");
    assert.equal((await get("/?HOST_INFO", browser))[1], "application/json");
    const answer = await fetch(`${server.url}/metrics`);
    assert.equal(await answer.text(), "/metrics");
    // what a route does not say is as for OSCQuery
    assert.equal(answer.headers.get("cache-control"), "max-age=60");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal((await get("/metrics", { origin: "https://evil.example" }))[0], 403);
    assert.equal((await fetch(`${server.url}/metrics`, { method: "POST" })).status, 405);
    assert.equal(admission.counts.refused, 1);
    const page = await WebSocketClient.open(`${server.url}/ui/socket`);
    page.command("LISTEN", "/keys/q");
    await until("the route has it", () => received.length === 1);
    page.close();
    await until("the route is told of the end", () => received.at(-1) === "closed");
  }, {
    routes: [
      { path: "/", accept: "html", respond: () => ({ status: 200, headers, body: "the page" }) },
      {
        path: "/metrics",
        respond: (_question, { pathname }) => Promise.resolve({ status: 200, headers, body: pathname }),
      },
      {
        path: "/ui/socket",
        respond: () => ({ status: 426, headers }),
        onSocket: () => ({
          onMessage: (data) => void received.push(String(data)),
          onClose: () => void received.push("closed"),
        }),
      },
    ],
  });
});

Deno.test("a rebound name is turned away, also at the WebSocket", () =>
  withQueryHost(async ({ server }) => {
    for (const upgrade of ["", "connection: upgrade\r\nupgrade: websocket\r\n"]) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      const request = `GET / HTTP/1.1\r\nhost: evil.example:${server.port}\r\n${upgrade}\r\n`;
      await connection.write(new TextEncoder().encode(request));
      const buffer = new Uint8Array(1_024);
      const length = await connection.read(buffer);
      assert.match(new TextDecoder().decode(buffer.subarray(0, length!)), /^HTTP\/1\.1 403 /);
      connection.close();
    }
  }));

Deno.test("LISTEN streams values as OSC, IGNORE ends it, and no client hears its own echo", () =>
  withQueryHost(async ({ server, engine }) => {
    const [one, two] = [await WebSocketClient.open(server.url), await WebSocketClient.open(server.url)];
    const fallback = Math.fround(engine.parameters.find(({ address }) => address === "keys/q")!.default);
    for (const surface of [one, two]) surface.command("LISTEN", "/keys/q");
    await until(
      "both have the present value",
      () => [one, two].every((surface) => surface.valuesOf("/keys/q").length === 1),
    );
    one.set("/keys/q", 3);
    await until("the other has it", () => two.valuesOf("/keys/q").includes(3));
    two.set("/keys/q", 4);
    await until("and back", () => one.valuesOf("/keys/q").includes(4));
    assert.deepEqual(one.valuesOf("/keys/q"), [fallback, 4]);
    assert.deepEqual(two.valuesOf("/keys/q"), [fallback, 3]);
    two.set("/keys/q", 1e6);
    await until("a refused value is taken back", () => two.valuesOf("/keys/q").includes(4));
    assert.equal(two.valuesOf("/fail").length, 1);
    one.command("IGNORE", "/keys/q");
    await one.settled();
    two.set("/keys/q", 5);
    two.command("LISTEN", "/keys/pan");
    await until("the next value came", () => two.valuesOf("/keys/pan").length === 1);
    assert.equal(one.valuesOf("/keys/q").length, 2);
    await Promise.all([one.close(), two.close()]);
  }));

Deno.test("1,000 changes of a value reach a client as few messages, the last of them at the end", () =>
  withQueryHost(async ({ server, engine }) => {
    const surface = await WebSocketClient.open(server.url);
    surface.command("LISTEN", "/keys/q");
    await until("it listens", () => surface.valuesOf("/keys/q").length === 1);
    const parameter = engine.parameters.findIndex(({ address }) => address === "keys/q");
    for (let count = 1; count <= 1_000; count++) {
      engine.submit([{ kind: "set", parameter, value: 1 + count / 100 }]);
    }
    await until("the last came", () => surface.valuesOf("/keys/q").at(-1) === Math.fround(11));
    assert.ok(surface.valuesOf("/keys/q").length <= 3, `${surface.valuesOf("/keys/q").length} messages`);
    await surface.close();
  }));

Deno.test("binary frames are OSC: notes sound, questions are answered", () =>
  withQueryHost(async ({ server, engine }) => {
    const surface = await WebSocketClient.open(server.url);
    const args: OscArgument[] = [{ type: "i", value: 60 }, { type: "f", value: 1 }];
    surface.send(
      encodePacket({ timeTag: { seconds: 0, fraction: 1 }, elements: [{ address: "/note", args }] }),
    );
    await surface.settled();
    assert.deepEqual(surface.valuesOf("/done"), ["/note", "/sync"]);
    await until("it sounds", () => (engine as unknown as { takePeak(): number }).takePeak() > 0.01);
    await surface.close();
  }));

Deno.test("when the engine plays another patch, clients are told, and the tree is that patch's", () =>
  withQueryHost(async ({ server, engine }) => {
    const surface = await WebSocketClient.open(server.url);
    for (const path of ["/keys/q", "/master/gainDb"]) surface.command("LISTEN", path);
    surface.set("/master/gainDb", -12);
    await until("it listens", () => surface.valuesOf("/keys/q").length === 1);
    surface.send(encodePacket({ address: "/patch/load", args: [{ type: "s", value: "sines" }] }));
    await until("told", () => surface.texts.length === 1);
    assert.deepEqual(surface.texts.map((text) => JSON.parse(text)), [{ COMMAND: "PATH_CHANGED", DATA: "/" }]);
    const tree = await json(fetch(server.url));
    assert.ok(tree.CONTENTS.synth.CONTENTS.note && !("keys" in tree.CONTENTS));
    assert.deepEqual(
      tree.CONTENTS.master.CONTENTS.gainDb.VALUE,
      [-12],
      "what both patches have keeps its value",
    );
    const parameter = engine.parameters.findIndex(({ address }) => address === "master/gainDb");
    engine.submit([{ kind: "set", parameter, value: -3 }]);
    await until("it is still listened to", () => surface.valuesOf("/master/gainDb").at(-1) === -3);
    await surface.close();
  }));

Deno.test("when declarations change, clients are told where, and gone paths are let go", async () => {
  const declaration = {
    unit: "1",
    min: 0,
    max: 1,
    default: 0.5,
    curve: "linear",
    smoothingSeconds: 0,
    description: "a part",
  } as const;
  const observers = new Observers<EngineEvent>((error) => assert.fail(String(error)));
  const engine = {
    observe: (listener: (event: EngineEvent) => void) => observers.add(listener),
    parameterValue: () => undefined,
    instruments: ["a"],
    parameters: ["a/x", "a/y", "b/z"].map((address) => ({ ...declaration, address })),
  };
  await withQueryHost(async ({ server }) => {
    const surface = await WebSocketClient.open(server.url);
    surface.command("LISTEN", "/a/y");
    await until("it listens", () => surface.valuesOf("/a/y").length === 1);
    engine.parameters = ["a/x", "a/new", "b/z"].map((address) => ({ ...declaration, address }));
    observers.notify({ event: "patch", patch: "another" });
    await until("told", () => surface.texts.length === 1);
    assert.deepEqual(surface.texts.map((text) => JSON.parse(text)), [{
      COMMAND: "PATH_CHANGED",
      DATA: "/a",
    }]);
    assert.deepEqual(await json(fetch(`${server.url}/a/new?VALUE`)), { VALUE: [0.5] });
    assert.equal((await fetch(`${server.url}/a/y`)).status, 404);
    await surface.close();
  }, { engine, methods: () => [] });
});

Deno.test("garbage over the WebSocket is counted, and the connection serves on", () =>
  withQueryHost(async ({ server, admission }) => {
    const surface = await WebSocketClient.open(server.url);
    for (const text of ["", "x", "null", "[]", '{"COMMAND":"LISTEN"}', '{"COMMAND":"FIRE","DATA":"/"}']) {
      surface.send(text);
    }
    surface.command("LISTEN", "/nowhere");
    surface.command("LISTEN", "/keys");
    for (const length of [1, 2, 3, 5, 40]) surface.send(new Uint8Array(length).fill(length));
    await surface.settled();
    assert.equal(admission.counts.malformed, 13);
    await surface.close();
  }));

Deno.test("too long frames end the connection, too many busy sockets of a host are refused", () =>
  withQueryHost(async ({ server }) => {
    for (const data of ["x".repeat(5_000), new Uint8Array(70_000)]) {
      const surface = await WebSocketClient.open(server.url);
      surface.send(data);
      assert.equal((await surface.closed).code, 1009);
    }
    const surfaces = await Promise.all(
      Array.from({ length: webSocketLimits.maxPerHost }, () => WebSocketClient.open(server.url)),
    );
    // one over which nothing has come would give way
    await Promise.all(surfaces.map((surface) => surface.settled()));
    const headers = { "connection": "upgrade", "upgrade": "websocket" };
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) =>
      `${name}: ${value}`
    );
    await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`));
    const buffer = new Uint8Array(1_024);
    const length = await connection.read(buffer);
    assert.match(new TextDecoder().decode(buffer.subarray(0, length!)), /^HTTP\/1\.1 503 /);
    connection.close();
    await Promise.all(surfaces.map((surface) => surface.close()));
    // the server may hear of the ends a moment later than the clients
    let again: WebSocketClient | undefined;
    for (const endMs = performance.now() + 60_000; !again && performance.now() < endMs;) {
      again = await WebSocketClient.open(server.url).catch(() => undefined);
    }
    assert.ok(again, "a place that is free again is given");
    await again.close();
  }));

Deno.test("for a client that asks much and reads nothing, answers are dropped and counted, not queued", () =>
  withQueryHost(async ({ server, admission }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const lines = ["GET / HTTP/1.1", "host: localhost", "connection: upgrade", "upgrade: websocket"];
    lines.push("sec-websocket-version: 13", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", "");
    const writer = connection.writable.getWriter();
    await writer.write(new TextEncoder().encode(lines.join("\r\n")));
    await connection.read(new Uint8Array(1_024));
    const question = encodePacket({ address: "/status", args: [] });
    // a final binary frame, masked by zero
    const frame = new Uint8Array([0x82, 0x80 | question.length, 0, 0, 0, 0, ...question]);
    const many = new Uint8Array(frame.length * 1_000);
    for (let index = 0; index < 1_000; index++) many.set(frame, index * frame.length);
    for (let count = 0; count < 100 && admission.counts.replies === 0; count++) await writer.write(many);
    await until("some were dropped", () => admission.counts.replies > 0);
    assert.ok(admission.notices.some((text) => /does not take its answers; dropped/.test(text)));
    assert.equal((await json(fetch(`${server.url}/keys/q?TYPE`))).TYPE, "f", "others are served");
    await writer.abort();
  }));

Deno.test("clients that are connected do not keep the server from ending", async () => {
  let closed: Promise<CloseEvent> | undefined;
  let idle: Deno.TcpConn | undefined;
  await withQueryHost(async ({ server }) => {
    closed = (await WebSocketClient.open(server.url)).closed;
    idle = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await idle.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: local"));
  });
  assert.equal((await closed)!.code, 1001);
  idle!.close();
});

Deno.test("an isolate that is held up while the server ends does not take that for an error", () =>
  withQueryHost(async (host) => {
    for (let turns = 0; turns < 4; turns++) {
      const server = serverOf(host);
      await (await fetch(server.url)).body?.cancel();
      const stopping = server.stop();
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      for (const endMs = performance.now() + 2 * stopMs; performance.now() < endMs;);
      await stopping;
    }
  }));

Deno.test("a taken port is an error, and leaves no observer of the engine", () =>
  withQueryHost(({ server, engine, space, admission }) => {
    let observers = 0;
    const observed = {
      parameters: engine.parameters,
      instruments: engine.instruments,
      parameterValue: engine.parameterValue.bind(engine),
      observe: (listener: (event: EngineEvent) => void) => {
        observers++;
        const stop = engine.observe(listener);
        return () => {
          observers--;
          stop();
        };
      },
    };
    const options = {
      hostname: "127.0.0.1",
      port: server.port,
      name: "second",
      osc: { hostname: "127.0.0.1", port: 1 },
      engine: observed,
      methods: () => space.methods,
      admission,
      allowedOrigins: [],
    };
    assert.throws(() => new OscQueryServer(options), Deno.errors.AddrInUse);
    assert.equal(observers, 0);
    return Promise.resolve();
  }));
