import assert from "node:assert/strict";
import type { EngineControl } from "../../../engine/control/control.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { groupMethods } from "../../../osc/methods/parameter_groups.ts";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";

Deno.test("a group of parameters is set by one message, all or none", () =>
  withOscServer(async (client) => {
    assert.deepEqual(await client.ask("/keys", "sfsi", "cutoffHz", 900, "q", 3), ["/done /keys"]);
    assert.deepEqual(await client.ask("/master", "sf", "gainDb", -12), ["/done /master"]);
    const values = async () =>
      [await client.ask("/get", "s", "/keys/cutoffHz"), await client.ask("/get", "s", "/keys/q")].map((
        [each],
      ) => each);
    assert.deepEqual(await values(), ["/get.reply /keys/cutoffHz 900", "/get.reply /keys/q 3"]);
    const wrong: [RegExp, string, ...(string | number)[]][] = [
      [/there is no parameter qq; the nearest is q$/, "sfsf", "cutoffHz", 100, "qq", 1],
      [/q: expected [\d.]+ to 20 1, found 99/, "sfsf", "cutoffHz", 100, "q", 99],
      [/expected pairs of name and value, found 1 arguments/, "s", "cutoffHz"],
      [/argument 1: expected a name, found ,f/, "ff", 1, 2],
      [/expected ,f, found ,s/, "ss", "cutoffHz", "q"],
    ];
    for (const [reason, types, ...args] of wrong) {
      assert.match((await client.ask("/keys", types, ...args))[0], reason);
    }
    assert.deepEqual(await values(), ["/get.reply /keys/cutoffHz 900", "/get.reply /keys/q 3"]);
  }));

/** A parameter whose bounds lie inside their nearest 32-bit numbers. */
const parameters: EngineControl["parameters"] = [{
  address: "a/mix",
  unit: "1",
  min: -0.6,
  max: 0.6,
  default: 0.5,
  curve: "linear",
  smoothingSeconds: 0,
  description: "a part",
}];

/** The value that a message in a packet of OSC sets, by the group's method and by the parameter's own. */
function readBoth(value: number): unknown[] {
  const [group] = groupMethods({ parameters });
  const own = musicMethods({ parameters, instruments: [] }).find(({ address }) => address === "/a/mix")!;
  const read = [
    () => group.read([{ type: "s", value: "mix" }, { type: "f", value }]),
    () => ({ commands: own.read([{ type: "f", value }]) }),
  ];
  return read.map((each) => {
    try {
      return each();
    } catch (error) {
      assert.ok(error instanceof MessageRefusedError);
      return error.message.replace(/^mix: /, "");
    }
  });
}

Deno.test("a group accepts and refuses the same values as the parameter's own method, at bounds that a packet rounds too", () => {
  const values = [-0.6, 0.6].flatMap((bound) => {
    const rounded = Math.fround(bound);
    return [bound, rounded, rounded * (1 + 2 ** -23), rounded * (1 - 2 ** -23)];
  });
  for (const value of values) {
    const [group, own] = readBoth(value);
    assert.deepEqual(group, own, String(value));
  }
  assert.ok(Math.fround(0.6) > 0.6 && Math.fround(-0.6) < -0.6);
  const set = { commands: [{ kind: "set", parameter: 0, value: Math.fround(0.6) }] };
  assert.deepEqual(readBoth(Math.fround(0.6)), [set, set]);
});
