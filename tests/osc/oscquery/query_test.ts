import assert from "node:assert/strict";
import fc from "fast-check";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { Namespace } from "../../../osc/oscquery/namespace.ts";
import { answerQuery, extensions, type HostInfo, shortestFloat } from "../../../osc/oscquery/query.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const graph = patchNamed("keys").build(format);
const source = { parameters: graph.parameters, instruments: graph.instruments.map(({ name }) => name) };
const hostInfo: HostInfo = {
  NAME: "test",
  EXTENSIONS: extensions,
  OSC_PORT: 57_130,
  OSC_TRANSPORT: "UDP",
  WS_PORT: 57_131,
};
const context = {
  namespace: new Namespace({ ...source, methods: musicMethods(source) }),
  hostInfo,
  valueOf: () => Math.fround(0.1),
};

const ask = (url: string) => {
  const [path, query] = url.split("?");
  const { status, body } = answerQuery(path, query === undefined ? "" : `?${query}`, context);
  return status === 200 ? JSON.parse(body!) : status;
};

Deno.test("a path without a query is the node with everything below it", () => {
  const root = ask("/");
  assert.equal(root.FULL_PATH, "/");
  assert.deepEqual(root.CONTENTS.keys, ask("/keys"));
  assert.deepEqual(ask("/keys").CONTENTS.pan, ask("/keys/pan"));
  assert.deepEqual(ask("/keys/pan").VALUE, [0.1]);
  assert.equal(ask("/keys/pan").CONTENTS, undefined);
});

Deno.test("each attribute can be asked for alone, and several together", () => {
  const whole = ask("/keys/cutoffHz");
  for (
    const name of ["FULL_PATH", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "UNIT", "CLIPMODE"]
  ) {
    assert.deepEqual(ask(`/keys/cutoffHz?${name}`), { [name]: whole[name] });
    assert.notEqual(whole[name], undefined);
  }
  assert.deepEqual(ask("/keys/cutoffHz?VALUE&TYPE"), { VALUE: [0.1], TYPE: "f" });
  assert.deepEqual(Object.keys(ask("/keys?CONTENTS").CONTENTS), Object.keys(ask("/keys").CONTENTS));
  assert.equal(ask("/note?OVERLOADS").OVERLOADS.length, 2);
});

Deno.test("an attribute that a node does not have is an empty object", () => {
  assert.deepEqual(ask("/keys?TYPE"), {});
  assert.deepEqual(ask("/keys/pan?CONTENTS"), {});
});

Deno.test("204 for values that cannot be read and attributes that are not offered", () => {
  for (
    const url of ["/keys?VALUE", "/note?VALUE", "/keys/pan?CRITICAL", "/keys/pan?EXTENDED_TYPE", "/?HTML"]
  ) {
    assert.equal(ask(url), 204, url);
  }
});

Deno.test("400 for what is no attribute, 404 for what is no path", () => {
  for (const url of ["/?COLOUR", "/keys/pan?value", "/keys/pan?VALUE=1", "/nowhere?COLOUR", "/%ff"]) {
    assert.equal(ask(url), 400, url);
  }
  for (
    const url of ["/nowhere", "/keys/pan/deeper", "/nowhere?TYPE", "/keys//pan", "//", "/*", "/constructor"]
  ) {
    assert.equal(ask(url), 404, url);
  }
});

Deno.test("HOST_INFO is answered at any path, alone", () => {
  assert.deepEqual(ask("/?HOST_INFO"), hostInfo);
  assert.deepEqual(ask("/nowhere?HOST_INFO&VALUE"), hostInfo);
});

Deno.test("no path and no query throws, or answers without a status", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (path, query) => {
    const { status, body } = answerQuery(`/${path}`, `?${query}`, context);
    assert.ok(status === 204 ? body === undefined : body !== undefined && [200, 400, 404].includes(status));
  }));
});

Deno.test("a value is written as short as it can be without being another float", () => {
  assert.equal(shortestFloat(Math.fround(0.1)), 0.1);
  fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.ok(Math.fround(shortestFloat(value)) === value); // JSON has no -0
  }));
});
