import assert from "node:assert/strict";
import type { EngineMessage } from "../../../dashboard/protocol.ts";
import { PageClient } from "../../../osc/page/page_client.ts";

/** A socket that keeps what it gets, and has as much waiting as a test says. */
class KeptSocket {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: (EngineMessage | Uint8Array)[] = [];
  closedWith = "";

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }

  close(_code: number, reason: string): void {
    this.closedWith = reason;
    this.readyState = 3;
  }
}

function opened() {
  const socket = new KeptSocket();
  return { socket, client: new PageClient(1, socket) };
}

const line = (level: "debug" | "info" | "error", text: string) => ({ unixMs: 0, level, text, fields: {} });
const message = (address: string, peer = "127.0.0.1:5") => ({
  ...{ unixMs: 0, direction: "in", peer, address, types: "", args: "" } as const,
});

Deno.test("while a page does not take its messages, sound is dropped and values wait, each with its newest", () => {
  const { socket, client } = opened();
  const bytes = Uint8Array.of(1);
  assert.equal(client.sendLossy(bytes, false), true);
  socket.bufferedAmount = 300_000;
  assert.equal(client.sendLossy(bytes, false), false);
  for (const parameter of [3, 4, 3]) client.touch(parameter);
  assert.equal(client.flush(() => 1), false);
  client.send({ type: "files", files: [] });
  assert.equal(socket.sent.length, 2);
  socket.bufferedAmount = 0;
  assert.equal(client.flush((parameter) => parameter * 10), true);
  assert.deepEqual(socket.sent[2], { type: "values", values: [[3, 30], [4, 40]] });
  client.touch(5);
  client.forgetValues();
  client.flush(() => 1);
  assert.equal(socket.sent.length, 3);
});

Deno.test("a page that takes nothing for long is told why and turned away", () => {
  const { socket, client } = opened();
  socket.bufferedAmount = 5 * 2 ** 20;
  client.send({ type: "files", files: [] });
  assert.deepEqual(socket.sent, [{ type: "goodbye", reason: "this page does not take its messages" }]);
  assert.match(socket.closedWith, /does not take/);
  client.send({ type: "files", files: [] });
  assert.equal(client.sendLossy(Uint8Array.of(1), false), false);
  assert.equal(socket.sent.length, 1);
});

Deno.test("lines and messages come as they are wanted, and those beyond a bound are counted", () => {
  const { socket, client } = opened();
  client.log(line("error", "before it was wanted"));
  client.traffic(message("/before"));
  assert.equal(client.wants({ type: "want", log: "info", osc: { addressContains: "note" } }), true);
  client.log(line("debug", "too little"));
  client.log(line("info", "one"));
  client.traffic(message("/keys/note"));
  client.traffic(message("/keys/q"));
  client.flush(() => 0);
  assert.deepEqual(socket.sent, [
    { type: "messages", messages: [message("/keys/note")], dropped: 0 },
    { type: "log", lines: [line("info", "one")], dropped: 0 },
  ]);
  assert.equal(client.wants({ type: "want", log: "info" }), false);
  for (let count = 0; count < 510; count++) client.log(line("error", `${count}`));
  client.flush(() => 0);
  const last = socket.sent[2] as Extract<EngineMessage, { type: "log" }>;
  assert.deepEqual([last.lines.length, last.dropped], [500, 10]);
});
