/** Every address that belongs to the server is out of reach for a patch: derived from the server's own methods and answers. */
import assert from "node:assert/strict";
import { graphToJson } from "../../../compiler/graph/graph_json.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { reservedInInstruments, reservedNames } from "../../../compiler/graph/reserved_names.ts";
import { graphFromJson } from "../../../compiler/graph/validate.ts";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { definePatch, instrument } from "../../../modules/mod.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

const firstPart = (address: string) => /^\/([A-Za-z0-9]+)/.exec(address)![1];

/** First parts of all methods that a patch does not declare itself. */
async function methodNames(): Promise<Set<string>> {
  const { engine } = await startTestEngine();
  const space = new AddressSpace({
    engine,
    version: "test",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
  });
  const owners = new Set([
    ...engine.instruments,
    ...engine.parameters.map(({ address }) => address.split("/")[0]),
  ]);
  const names = new Set(space.methods.map(({ address }) => firstPart(address)));
  space.stop();
  await engine.stop();
  return names.difference(owners);
}

/** First parts of all addresses that the server sends, as its sources write them. */
async function answerNames(): Promise<Set<string>> {
  const names = new Set<string>();
  for (const room of ["admission", "methods", "packet", "subscriptions"]) {
    const folder = new URL(`../../../osc/${room}/`, import.meta.url);
    for await (const { name } of Deno.readDir(folder)) {
      const text = await Deno.readTextFile(new URL(name, folder));
      for (const [, address] of text.matchAll(/address: ["`](\/[A-Za-z][^"`]*)/g)) {
        names.add(firstPart(address));
      }
    }
  }
  return names;
}

/** First parts of the paths of HTTP routes, as their sources write them. */
async function routeNames(folder = new URL("../../../", import.meta.url)): Promise<Set<string>> {
  const names = new Set<string>();
  for (const room of ["cli", "dashboard", "engine", "osc"]) {
    for (const file of await filesBelow(new URL(`${room}/`, folder))) {
      for (const [, path] of (await Deno.readTextFile(file)).matchAll(/\bpath: ["`](\/[a-z][^"`]*)/g)) {
        names.add(firstPart(path));
      }
    }
  }
  return names;
}

async function filesBelow(folder: URL): Promise<URL[]> {
  const found: URL[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await filesBelow(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts")) found.push(new URL(name, folder));
  }
  return found;
}

/** A patch with one instrument, one group, and a parameter in each. */
function patchOf({ owner = "tone", group = "master", name = "level" }) {
  const level = {
    unit: "1",
    min: 0,
    max: 1,
    default: 0.5,
    curve: "linear",
    smoothingSeconds: 0,
    why: "a part",
  } as const;
  return definePatch({
    name: "names",
    instruments: {
      [owner]: instrument({
        parameters: { [name]: level },
        voice: ({ velocity }, parameters) => ({ output: parameters[name], envelope: velocity }),
      }),
    },
    parameters: { [group]: { part: level } },
    output: (buses) => buses[owner],
  });
}

Deno.test("the first part of every method and of every answer of the server is reserved", async () => {
  const [methods, answers] = [await methodNames(), await answerNames()];
  for (const name of ["login", "answer", "midi"]) assert.ok(methods.has(name), `${name}: ${[...methods]}`);
  for (const name of ["done", "dropped", "event", "synced"]) {
    assert.ok(answers.has(name), `${name}: ${[...answers]}`);
  }
  assert.deepEqual([...methods.union(answers)].filter((name) => !reservedNames.includes(name)), []);
});

Deno.test("so is the first part of every path that is served beside OSCQuery", async () => {
  const names = await routeNames();
  assert.ok(names.has("ui"), `${[...names]}`);
  assert.deepEqual([...names].filter((name) => !reservedNames.includes(name)), []);
});

Deno.test("the notes of an instrument have the names that its parameters may not have", () => {
  const methods = musicMethods({ parameters: [], instruments: ["tone"] });
  const names = methods.flatMap(({ address }) => address.startsWith("/tone/") ? [address.slice(6)] : []);
  assert.deepEqual(names.sort(), reservedInInstruments.toSorted());
});

Deno.test("no patch has an instrument or a group of a reserved name, nor an instrument a parameter of one", () => {
  patchOf({}).build(testFormat);
  const refused = (build: () => unknown) =>
    assert.throws(
      build,
      (error: Error) => error instanceof PatchError && /the server uses this name itself/.test(error.message),
    );
  for (const name of reservedNames) {
    refused(() => patchOf({ owner: name }).build(testFormat));
    refused(() => patchOf({ group: name }).build(testFormat));
  }
  for (const name of reservedInInstruments) refused(() => patchOf({ name }).build(testFormat));
});

Deno.test("neither has a graph that comes as JSON", () => {
  const renamed = (from: string, to: string) => graphToJson(sines.build(testFormat)).replaceAll(from, to);
  const accepted = graphFromJson(renamed('"synth/pan"', '"synth/width"'));
  assert.ok(accepted.parameters.some(({ address }) => address === "synth/width"));
  for (const name of reservedNames) {
    assert.throws(() => graphFromJson(renamed('"master/', `"${name}/`)), PatchError, name);
  }
  for (const name of reservedInInstruments) {
    assert.throws(() => graphFromJson(renamed('"synth/pan"', `"synth/${name}"`)), /the server uses/, name);
  }
});
