/**
 * Writes a TouchOSC layout for a patch from its declarations: a fader for each parameter, an octave of keys, pedal, panic.
 *
 *     deno task touchosc [PATCH [FILE]]
 *
 * A `.tosc` file is XML, compressed by zlib. Its elements are described in public by the authors of programs that read and write such files;
 * version 6 is what TouchOSC 1.5 writes. Faders are linear there, so parameters that need an exponential spread are sent
 * as controllers, which the engine spreads.
 */
import { developmentCommand } from "../testing/development_command.ts";
import { deflateSync } from "node:zlib";
import { controllerParameters } from "../midi/messages.ts";
import type { ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import { patchNamed } from "../patches/ready/catalogue.ts";

const canvas = { width: 1_024, height: 768 };
const gap = 8;
const labelHeight = 28;
const keysHeight = 140;

/** MIDI numbers of the keys, C3 to C4. */
const keyNumbers = Array.from({ length: 13 }, (_, index) => 48 + index);
const blackKeys = new Set([1, 3, 6, 8, 10]);
const keyVelocity = 100;

type Frame = readonly [x: number, y: number, width: number, height: number];
type Properties = Readonly<Record<string, boolean | number | string>>;

/** The whole document. */
export function touchOscLayout(name: string): string {
  const { parameters, instruments } = patchNamed(name).build({
    sampleRateHz: 48_000,
    channels: 2,
    inputChannels: 0,
    maximumBlockFrames: 128,
  });
  const instrument = instruments[0]?.name ?? "";
  const nodes = [
    ...parameters.flatMap((parameter, index) =>
      fader(parameter, instrument, faderFrame(index, parameters.length))
    ),
    ...keyNumbers.map((number, index) => key(number, keyFrame(index))),
    button("pedal", 2, controlMessage(64, "127", "ANY"), keyFrame(keyNumbers.length)),
    button("panic", 0, osc("/panic", "", "RISE"), keyFrame(keyNumbers.length + 1)),
  ];
  return `<?xml version='1.0' encoding='UTF-8'?><lexml version='6'>` +
    node("GROUP", name, [0, 0, canvas.width, canvas.height], { background: true, interactive: false }, {
      includes: "<includes/>",
      colour: [0, 0, 0, 1],
      values: value("touch", "false"),
      children: nodes.join(""),
    }) + "</lexml>";
}

function faderFrame(index: number, count: number): Frame {
  const width = (canvas.width - gap) / count - gap;
  return [gap + index * (width + gap), gap, width, canvas.height - keysHeight - labelHeight - 4 * gap];
}

function keyFrame(index: number): Frame {
  const width = (canvas.width - gap) / (keyNumbers.length + 2) - gap;
  return [gap + index * (width + gap), canvas.height - keysHeight - gap, width, keysHeight];
}

function fader(parameter: ParameterDeclaration, instrument: string, frame: Frame): string[] {
  const { address, min, max, default: fallback, curve } = parameter;
  const controller = Object.entries(controllerParameters)
    .find(([, name]) => curve === "exponential" && address === `${instrument}/${name}`)?.[0];
  const part = controller === undefined
    ? (fallback - min) / (max - min)
    : Math.log(fallback / min) / Math.log(max / min);
  const message = controller === undefined
    ? osc(`/${address}`, partial("VALUE", "FLOAT", "x", min, max))
    : controlMessage(Number(controller), "127", "ANY");
  const [x, y, width, height] = frame;
  const below: Frame = [x, y + height + gap, width, labelHeight];
  return [
    node("FADER", address, frame, { bar: true, cursor: true, grid: true, gridSteps: 13, response: 1 }, {
      colour: [0.2, 0.6, 1, 1],
      values: value("x", String(Number(part.toFixed(6)))) + value("touch", "false"),
      messages: message,
    }),
    node("LABEL", `${address} name`, below, { interactive: false, textSize: 11, textClip: true }, {
      colour: [0, 0, 0, 0.25],
      values: value("text", address.split("/").at(-1)!) + value("touch", "false"),
    }),
  ];
}

/** Velocity 0 releases, so one message serves for both edges. */
function key(number: number, frame: Frame): string {
  const message = osc(
    "/midi/note",
    constant(1) + constant(number) + partial("VALUE", "INTEGER", "x", 0, keyVelocity),
  );
  const shade = blackKeys.has(number % 12) ? 0.25 : 0.9;
  return node("BUTTON", `key ${number}`, frame, { buttonType: 0, press: true, release: true }, {
    colour: [shade, shade, shade, 1],
    values: value("x", "0") + value("touch", "false"),
    messages: message,
  });
}

function button(name: string, buttonType: 0 | 2, message: string, frame: Frame): string {
  return node("BUTTON", name, frame, { buttonType, press: true, release: true }, {
    colour: [1, 0.4, 0.2, 1],
    values: value("x", "0") + value("touch", "false"),
    messages: message,
  });
}

function controlMessage(controller: number, top: string, condition: "ANY" | "RISE"): string {
  return osc(
    "/midi/cc",
    constant(1) + constant(controller) + partial("VALUE", "INTEGER", "x", 0, Number(top)),
    condition,
  );
}

interface NodeParts {
  readonly colour: readonly [number, number, number, number];
  readonly values: string;
  readonly includes?: string;
  readonly messages?: string;
  readonly children?: string;
}

function node(type: string, name: string, frame: Frame, properties: Properties, parts: NodeParts): string {
  const [x, y, w, h] = frame.map((number) => Number(number.toFixed(3)));
  const [r, g, b, a] = parts.colour;
  const all: Record<string, string> = {
    color: property("c", "color", `<r>${r}</r><g>${g}</g><b>${b}</b><a>${a}</a>`),
    frame: property("r", "frame", `<x>${x}</x><y>${y}</y><w>${w}</w><h>${h}</h>`),
  };
  const plain: Properties = {
    background: true,
    interactive: true,
    outline: true,
    shape: 1,
    visible: true,
    name,
  };
  for (const [key, given] of Object.entries({ ...plain, ...properties })) {
    if (typeof given === "boolean") all[key] = property("b", key, given ? "1" : "0");
    else if (typeof given === "number") all[key] = property("i", key, String(given));
    else all[key] = property("s", key, text(given));
  }
  const sorted = Object.keys(all).sort().map((key) => all[key]).join("");
  const messages = parts.messages ? `<messages>${parts.messages}</messages>` : "";
  const children = parts.children ? `<children>${parts.children}</children>` : "";
  return `<node ID='${idOf(`${type} ${name}`)}' type='${type}'>${parts.includes ?? ""}` +
    `<properties>${sorted}</properties><values>${parts.values}</values>${messages}${children}</node>`;
}

function property(type: string, key: string, content: string): string {
  return `<property type='${type}'><key>${text(key)}</key><value>${content}</value></property>`;
}

function value(key: string, fallback: string): string {
  return `<value><key>${text(key)}</key><locked>0</locked><lockedDefaultCurrent>0</lockedDefaultCurrent>` +
    `<default>${text(fallback)}</default><defaultPull>0</defaultPull></value>`;
}

function osc(address: string, args: string, condition = "ANY"): string {
  return "<osc><enabled>1</enabled><send>1</send><receive>0</receive><feedback>0</feedback>" +
    "<noDuplicates>0</noDuplicates><connections>1111111111</connections>" +
    `<triggers><trigger><var>${text("x")}</var><condition>${condition}</condition></trigger></triggers>` +
    `<path>${partial("CONSTANT", "STRING", address, 0, 1)}</path><arguments>${args}</arguments></osc>`;
}

function constant(number: number): string {
  return partial("CONSTANT", "INTEGER", String(number), 0, 1);
}

function partial(type: string, conversion: string, content: string, min: number, max: number): string {
  return `<partial><type>${type}</type><conversion>${conversion}</conversion><value>${
    text(content)
  }</value>` +
    `<scaleMin>${min}</scaleMin><scaleMax>${max}</scaleMax></partial>`;
}

function text(content: string): string {
  return `<![CDATA[${content}]]>`;
}

/** The same for the same control, so that a regenerated layout shows only what changed (FNV-1a, four times). */
function idOf(name: string): string {
  const words = [0, 1, 2, 3].map((salt) => {
    let hash = 0x811c9dc5 ^ salt;
    for (const byte of new TextEncoder().encode(`${salt}${name}`)) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }).join("");
  return [8, 12, 16, 20, 32].map((end, index, ends) => words.slice(ends[index - 1] ?? 0, end)).join("-");
}

if (import.meta.main) {
  const { words } = developmentCommand(import.meta.url, { maxWords: 2 });
  const [name = "keys", path = `examples/${name}.tosc`] = words;
  await Deno.writeFile(path, deflateSync(touchOscLayout(name), { level: 9 }));
  console.log(`wrote ${path}`);
}
