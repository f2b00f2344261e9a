import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import type { OscArgument } from "../../osc/packet/codec.ts";
import { musicMethods } from "../../osc/methods/music_methods.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { touchOscLayout } from "../../scripts/generate_touchosc.ts";
import { requirement } from "../../testing/requirement.ts";

const file = new URL("../../examples/keys.tosc", import.meta.url);
const { parameters } = patchNamed("keys").build({
  sampleRateHz: 48_000,
  channels: 2,
  inputChannels: 0,
  maximumBlockFrames: 128,
});

Deno.test("the layout in examples is what the declarations give; otherwise run: deno task touchosc", () => {
  assert.equal(inflateSync(Deno.readFileSync(file)).toString(), touchOscLayout("keys"));
});

Deno.test("each parameter has a fader that starts at its default, and no two controls have one identity", () => {
  const layout = touchOscLayout("keys");
  const faders = layout.match(/<node ID='[^']+' type='FADER'>.*?<\/node>/g)!;
  assert.equal(faders.length, parameters.length);
  for (const [index, { address, min, max, default: fallback }] of parameters.entries()) {
    const fader = faders[index];
    const part = Number(/<key><!\[CDATA\[x\]\]>.*?<default><!\[CDATA\[([\d.]+)\]\]>/.exec(fader)![1]);
    if (fader.includes("/midi/cc")) {
      assert.ok(Math.abs(min * (max / min) ** part / fallback - 1) < 1e-3, address);
    } else {
      assert.match(
        fader,
        new RegExp(`\\[/${address}\\].*<scaleMin>${min}</scaleMin><scaleMax>${max}</scaleMax>`),
      );
      assert.ok(Math.abs(min + (max - min) * part - fallback) < 1e-3 * (max - min), address);
    }
  }
  const ids = [...layout.matchAll(/ID='([^']+)'/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

Deno.test("every message of the layout is understood, with the control at rest and at its end", () => {
  const methods = new Map(
    musicMethods({ parameters, instruments: ["keys"] }).map(({ address, read }) => [address, read]),
  );
  const messages = [...touchOscLayout("keys").matchAll(/<osc>.*?<\/osc>/g)].map(([message]) => message);
  assert.equal(messages.length, parameters.length + 13 + 2);
  for (const message of messages) {
    const [address, ...partials] = [...message.matchAll(/<partial>.*?<\/partial>/g)].map(([partial]) => {
      const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(partial)![1];
      return {
        isValue: field("type") === "VALUE",
        kind: field("conversion"),
        content: field("value"),
        field,
      };
    });
    for (const x of [0, 1]) {
      const args = partials.map(({ isValue, kind, content, field }): OscArgument => ({
        type: kind === "FLOAT" ? "f" : "i",
        value: isValue ? Number(field(x === 0 ? "scaleMin" : "scaleMax")) : Number(content),
      }));
      assert.doesNotThrow(() => methods.get(address.content)!(args), `${address.content} at ${x}`);
    }
  }
});

requirement({
  name: "an independent XML parser reads the layout, and nothing overlaps or leaves the canvas",
  fn: async () => {
    const program = `
import sys, zlib, xml.etree.ElementTree as tree
root = tree.fromstring(zlib.decompress(open(sys.argv[1], "rb").read()))
assert root.tag == "lexml" and root.get("version") == "6" and len(root) == 1
frames = []
for node in root[0].find("children"):
    properties = {each.find("key").text: each for each in node.find("properties")}
    assert list(properties) == sorted(properties)
    frame = properties["frame"].find("value")
    x, y, w, h = (float(frame.find(key).text) for key in "xywh")
    assert x >= 0 and y >= 0 and x + w <= 1024 and y + h <= 768, (x, y, w, h)
    assert all(x + w <= a or a + c <= x or y + h <= b or b + d <= y for a, b, c, d in frames)
    frames.append((x, y, w, h))
print(len(frames))
`;
    const { success, stdout, stderr } = await new Deno.Command("python3", {
      args: ["-c", program, file.pathname],
    })
      .output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(Number(new TextDecoder().decode(stdout)), 2 * parameters.length + 13 + 2);
  },
}, { commands: ["python3"], install: "apt-get install python3" });
