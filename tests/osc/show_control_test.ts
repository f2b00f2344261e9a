/**
 * What programs that run a show send, byte for byte: QLab's network cues, written as its own library F53OSC writes the text of a
 * cue, and Bitfocus Companion's generic module. Each is read from a stream as it comes and becomes what was meant.
 */
import assert from "node:assert/strict";
import { musicMethods } from "../../osc/methods/music_methods.ts";
import { decodePacket, type OscMessage } from "../../osc/packet/codec.ts";
import { frameReader } from "../../osc/transport/framing.ts";
import { patches } from "../../patches/ready/catalogue.ts";
import { messageText } from "../../testing/osc/message_text.ts";
import { testFormat } from "../../testing/patch/patch_player.ts";

const { parameters, instruments } = patches.keys.build(testFormat);
const methods = musicMethods({ parameters, instruments: instruments.map(({ name }) => name) });

/** Bytes of text, with `\0` and numbers between in hexadecimal. */
function bytes(...parts: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) => typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]),
  );
}

/** The message of a packet, and what it becomes. */
function meaning(packet: Uint8Array): [text: string, becomes: unknown] {
  const message = decodePacket(packet) as OscMessage;
  const method = methods.find(({ address }) => address === message.address);
  return [messageText(message), method?.read(message.args)];
}

/** The packets of a stream, as a client on TCP sends it. */
function packetsOf(stream: Uint8Array): Uint8Array[] {
  const reader = frameReader("auto");
  const packets: Uint8Array[] = [];
  reader.push(stream, (packet) => packets.push(packet.slice()), (error) => {
    throw error;
  });
  assert.equal(reader.inside, false);
  return packets;
}

const note = { kind: "noteOn", instrument: 0, id: 60, number: 60 } as const;
const panic = { kind: "panic" } as const;

Deno.test("QLab: numbers without quotes are integers or floats, \\T \\F \\N \\I their tags, all else strings", () => {
  const cues: readonly (readonly [Uint8Array, string, unknown])[] = [
    // /note 60 127
    [bytes("/note\0\0\0,ii\0", 0, 0, 0, 60, 0, 0, 0, 127), "/note 60 127", [{ ...note, velocity: 1 }]],
    // /note 60 0.5
    [bytes("/note\0\0\0,if\0", 0, 0, 0, 60, 0x3F, 0, 0, 0), "/note 60 0.5", [{ ...note, velocity: 0.5 }]],
    // /note "60" "0.5"
    [bytes("/note\0\0\0,ss\0", "60\0\0", "0.5\0"), "/note 60 0.5", [{ ...note, velocity: 0.5 }]],
    // /note 60 \T
    [bytes("/note\0\0\0,iT\0", 0, 0, 0, 60), "/note 60 T", [{ ...note, velocity: 1 }]],
    // /pedal 1
    [bytes("/pedal\0\0,i\0\0", 0, 0, 0, 1), "/pedal 1", [{ kind: "pedal", instrument: 0, down: true }]],
    // /panic, /panic \I, /panic \N, /panic 1, /panic 0
    [bytes("/panic\0\0,\0\0\0"), "/panic", [panic]],
    [bytes("/panic\0\0,I\0\0"), "/panic I", [panic]],
    [bytes("/panic\0\0,N\0\0"), "/panic N", [panic]],
    [bytes("/panic\0\0,i\0\0", 0, 0, 0, 1), "/panic 1", [panic]],
    [bytes("/panic\0\0,i\0\0", 0, 0, 0, 0), "/panic 0", []],
  ];
  for (const [packet, text, becomes] of cues) assert.deepEqual(meaning(packet), [text, becomes]);
  // over TCP each cue is a SLIP frame with END at both sides
  const stream = Uint8Array.from(cues.flatMap(([packet]) => [0xC0, ...packet, 0xC0]));
  assert.deepEqual(packetsOf(stream).map(meaning), cues.map(([, text, becomes]) => [text, becomes]));
});

Deno.test("QLab: the cue `/note 60 1`, whose velocity cannot be written as a float, is answered with the remedy", () => {
  const { args } = decodePacket(bytes("/note\0\0\0,ii\0", 0, 0, 0, 60, 0, 0, 0, 1)) as OscMessage;
  const method = methods.find(({ address }) => address === "/note")!;
  assert.deepEqual(method.read(args), [{ ...note, velocity: 1 / 127 }]);
  assert.match(method.hint!(args)!, /the integer 1 is 1 of 127, .* send 127/);
});

Deno.test("Companion: each action of its generic module, over UDP as it is and over TCP in SLIP", () => {
  const actions: readonly (readonly [Uint8Array, string, unknown])[] = [
    // without arguments, integer, float
    [bytes("/panic\0\0,\0\0\0"), "/panic", [panic]],
    [bytes("/off\0\0\0\0,i\0\0", 0, 0, 0, 60), "/off 60", [{ kind: "noteOff", instrument: 0, id: 60 }]],
    [bytes("/off\0\0\0\0,f\0\0", 0x42, 0x70, 0, 0), "/off 60", [{ kind: "noteOff", instrument: 0, id: 60 }]],
    // string, boolean
    [bytes("/off\0\0\0\0,s\0\0", "60\0\0"), "/off 60", [{ kind: "noteOff", instrument: 0, id: 60 }]],
    [bytes("/pedal\0\0,T\0\0"), "/pedal T", [{ kind: "pedal", instrument: 0, down: true }]],
    [bytes("/pedal\0\0,F\0\0"), "/pedal F", [{ kind: "pedal", instrument: 0, down: false }]],
    // multiple arguments: 60 0.5, and numbers of a variable that holds an array, all floats
    [bytes("/note\0\0\0,if\0", 0, 0, 0, 60, 0x3F, 0, 0, 0), "/note 60 0.5", [{ ...note, velocity: 0.5 }]],
    [
      bytes("/note\0\0\0,ff\0", 0x42, 0x70, 0, 0, 0x3F, 0, 0, 0),
      "/note 60 0.5",
      [{ ...note, velocity: 0.5 }],
    ],
  ];
  for (const [packet, text, becomes] of actions) assert.deepEqual(meaning(packet), [text, becomes]);
  const stream = Uint8Array.from(actions.flatMap(([packet]) => [0xC0, ...packet, 0xC0]));
  assert.deepEqual(packetsOf(stream).map(meaning), actions.map(([, text, becomes]) => [text, becomes]));
});

Deno.test("Companion: over raw TCP messages follow each other without framing, also one whose number holds END", () => {
  const bend = bytes("/bend\0\0\0,f\0\0", 0xC0, 0, 0, 0);
  const off = bytes("/off\0\0\0\0,i\0\0", 0, 0, 0, 60);
  const becomes = [
    ["/bend -2", [{ kind: "express", instrument: 0, what: "bend", value: -2 }]],
    ["/off 60", [{ kind: "noteOff", instrument: 0, id: 60 }]],
  ];
  assert.deepEqual(packetsOf(bytes(...bend, ...off)).map(meaning), becomes);
  assert.deepEqual(packetsOf(bend).map(meaning), becomes.slice(0, 1));
});
