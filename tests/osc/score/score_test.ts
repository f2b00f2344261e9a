import assert from "node:assert/strict";
import fc from "fast-check";
import type { ScoreEvent } from "../../../engine/control/control.ts";
import { encodePacket, type OscBundle, type OscMessage } from "../../../osc/packet/codec.ts";
import { maxScoreSeconds, readScore, type Score } from "../../../osc/score/score.ts";
import { ScoreError } from "../../../osc/score/score_error.ts";

const patch = {
  instruments: ["keys"],
  parameters: [{
    address: "keys/cutoffHz",
    unit: "Hz",
    min: 20,
    max: 20_000,
    default: 500,
    curve: "exponential",
    smoothingSeconds: 0,
    description: "",
  }],
} as const;

function read(score: string | Uint8Array, sampleRateHz = 48_000): Score {
  const bytes = typeof score === "string" ? new TextEncoder().encode(score) : score;
  return readScore(bytes, { name: "tune", sampleRateHz, patch });
}

function refused(score: string | Uint8Array, pattern: RegExp): void {
  assert.throws(() => read(score), (error) => {
    assert.ok(error instanceof ScoreError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

const on = (
  id: number,
  velocity: number,
) => ({ kind: "noteOn", instrument: 0, id, number: id, velocity } as const);
const off = (id: number) => ({ kind: "noteOff", instrument: 0, id } as const);
const cutoff = (value: number) => ({ kind: "set", parameter: 0, value } as const);

Deno.test("a line is a time, an address and arguments; comments, blank lines and any line ends are passed over", () => {
  const { events, endFrame } = read(
    "\uFEFF# a tune\r\n\r\n0 /keys/note 60 0.5 # loud\n  .5\t/keys/off 60  \n1. /keys/cutoffHz 1e3\r2 /note ,iif 7 61 .25",
  );
  assert.deepEqual(events, [
    { frame: 0, commands: [on(60, 0.5)] },
    { frame: 24_000, commands: [off(60)] },
    { frame: 48_000, commands: [cutoff(1_000)] },
    { frame: 96_000, commands: [{ ...on(7, 0.25), number: 61 }] },
  ]);
  assert.equal(endFrame, undefined);
  assert.deepEqual(read(""), { events: [], endFrame: undefined });
});

Deno.test("digits alone are an integer, a point or an exponent makes a float of 32 bits, a type tag string decides", () => {
  assert.deepEqual(read("0 /keys/note 60 127").events[0].commands, [on(60, 1)]);
  assert.deepEqual(read("0 /keys/note 60 0.8").events[0].commands, [on(60, Math.fround(0.8))]);
  assert.deepEqual(read("0 /keys/note ,if 60 1").events[0].commands, [on(60, 1)]);
  assert.deepEqual(read("0 /keys/cutoffHz ,d 100.1").events[0].commands, [cutoff(100.1)]);
  assert.deepEqual(read("0 /keys/cutoffHz 20.0").events[0].commands, [cutoff(20)]);
  refused("0 /keys/note 60 1.5", /tune:1: \/keys\/note: velocity: expected 0 to 1, found 1.5/);
});

Deno.test("lines may stand in any order; those of one frame keep theirs", () => {
  const { events } = read("2 /keys/off 1\n1 /keys/off 2\n2.000001 /keys/off 3\n1 /keys/off 4");
  assert.deepEqual(events.map(({ frame, commands }) => [frame, commands]), [
    [48_000, [off(2)]],
    [48_000, [off(4)]],
    [96_000, [off(1)]],
    [96_000, [off(3)]],
  ]);
});

Deno.test("what is wrong is said with file, line, what was expected and what was found", () => {
  for (
    const [line, pattern] of [
      ["x /keys/off 1", /tune:2: expected a time in seconds like 1.5, found "x"/],
      ["-1 /keys/off 1", /expected a time in seconds/],
      ["1e3 /keys/off 1", /expected a time in seconds/],
      ["1.2.3 /keys/off 1", /expected a time in seconds/],
      [". /keys/off 1", /expected a time in seconds/],
      ["1", /expected an address like \/note after the time, found the end of the line/],
      ["1 keys/off 1", /expected an address .*found "keys\/off"/],
      ["1 /keys/of 1", /\/keys\/of: there is no such address in a score; the nearest is \/keys\/off/],
      ["1 /quit", /there is no such address in a score/],
      ["1 /keys/off sixty", /expected a number or a "text" in quotes, found "sixty"/],
      ["1 /keys/off 99999999999", /expected a whole number of 32 bits for type i/],
      ["1 /keys/sync 1", /there is no such address in a score/],
      ["1 /keys/off ,i", /expected a whole number of 32 bits for type i, found the end of the line/],
      ["1 /keys/off ,i 1 2", /expected 1 arguments for ,i, found 2/],
      ["1 /keys/off ,q 1", /expected type tags of i f d s T F N I, found "q"/],
      ['1 /keys/off "6', /expected a closing quote, found "6/],
      ['1 /keys/off "a \\" b"', /expected ,i, found ,s/],
      ["1 /keys/cutoffHz 19", /expected 20 to 20000 Hz, found 19/],
      ["1 /keys/cutoffHz 1e39", /expected a finite number|expected 20 to 20000/],
      ["100000.1 /keys/off 1", /expected a time of 0 to 100000 s/],
    ] as const
  ) refused(`# first\n${line}\n`, pattern);
  refused(new Uint8Array([0xFF, 0xFE, 0x30]), /tune: expected text in UTF-8, or packets/);
  refused("#bundle\0\0\0\0\0\0\0\0\u0001", /expected text in UTF-8, or packets with their sizes/);
});

Deno.test("MIDI messages of a score go to one receiver, in the order of their times", () => {
  const text = "1 /midi/cc 1 123 0\n0 /midi/note 1 60 127\n0 /midi/note 2 72 127\n" +
    "0 /midi/cc 1 101 0\n0 /midi/cc 1 100 0\n0 /midi/cc 1 6 12\n2 /midi/bend 1 0";
  const { events } = readScore(new TextEncoder().encode(text), {
    name: "tune",
    sampleRateHz: 48_000,
    patch: { ...patch, instruments: ["keys", "bass"] },
  });
  assert.deepEqual(events, [
    { frame: 0, commands: [on(60, 1)] },
    { frame: 0, commands: [{ ...on(72, 1), instrument: 1 }] },
    { frame: 48_000, commands: [off(60)] },
    { frame: 96_000, commands: [{ kind: "express", instrument: 0, what: "bend", value: -12 }] },
  ]);
});

Deno.test("a score may say where it ends; nothing may come after", () => {
  assert.equal(read("1 /keys/off 1\n4.5 /end").endFrame, 216_000);
  assert.deepEqual(read("4.5 /end\n1 /keys/off 1").events.length, 1);
  refused("4.5 /end\n5 /keys/off 1", /tune:2: expected nothing after the end that tune:1 sets/);
});

/** The packets of a binary score. */
function binary(...packets: readonly (OscBundle | OscMessage)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packets.flatMap((packet) => {
    const bytes = encodePacket(packet);
    return [...new Uint8Array(new Uint32Array([bytes.length]).buffer).reverse(), ...bytes];
  }));
}

function bundle(seconds: number, fraction: number, ...elements: OscBundle["elements"]): OscBundle {
  return { timeTag: { seconds, fraction }, elements };
}

const offMessage = (value: number): OscMessage => ({ address: "/keys/off", args: [{ type: "i", value }] });

/** What `Score.write` of SuperCollider 3.13 makes of two notes and its closing message at 2 s. */
const writtenBySclang = `
  0000002c 2362756e646c6500 0000000000000000 00000018 2f6b6579732f6e6f74650000 2c696600 0000003c 3f4ccccd
  00000044 2362756e646c6500 0000000080000000 00000014 2f6b6579732f6f6666000000 2c690000 0000003c
                                             00000018 2f6b6579732f6e6f74650000 2c696600 00000040 3f000000
  00000028 2362756e646c6500 0000000200000000 00000014 2f635f7365740000 2c696900 00000000 00000000`;

Deno.test("a file that sclang wrote is read: bundles at seconds from the start, and an end", () => {
  assert.deepEqual(read(Uint8Array.fromHex(writtenBySclang.replace(/\s/g, ""))), {
    events: [
      { frame: 0, commands: [on(60, Math.fround(0.8))] },
      { frame: 24_000, commands: [off(60), on(64, 0.5)] },
    ],
    endFrame: 96_000,
  });
});

const nothing = { type: "i", value: 0 } as const;
const group: OscMessage = { address: "/g_new", args: [{ ...nothing, value: 1 }, nothing, nothing] };

/** What a `Score` object of SuperCollider 3.13 writes of its section from 0 to 1 s: command 0 is its end. */
const sectionBySclang = `
  00000030 2362756e646c6500 0000000000000000 0000001c 2f675f6e65770000 2c69696900000000 00000001 00000000 00000000
  0000002c 2362756e646c6500 0000000080000000 00000018 2f6b6579732f6e6f74650000 2c696600 0000003c 3f000000
  0000001c 2362756e646c6500 0000000100000000 00000008 00000000 2c000000`;

Deno.test("what a Score of SuperCollider sets up for its server is left out, and command 0 is nothing but an end", () => {
  assert.deepEqual(read(Uint8Array.fromHex(sectionBySclang.replace(/\s/g, ""))), {
    events: [{ frame: 24_000, commands: [on(60, 0.5)] }],
    endFrame: 48_000,
  });
  const setUp = ["/d_recv", "/b_alloc", "/n_free", "/g_freeAll", "/error", "/clearSched", "/p_new"];
  const messages = setUp.map((address): OscMessage => ({ address, args: [] }));
  assert.deepEqual(
    read(binary(bundle(0, 0, group, ...messages), bundle(1, 0, offMessage(1)))),
    { events: [{ frame: 48_000, commands: [off(1)] }], endFrame: undefined },
  );
  assert.deepEqual(read("0 /g_new 1 0 0\n1 /keys/off 1\n2 /c_set 0 0"), {
    events: [{ frame: 48_000, commands: [off(1)] }],
    endFrame: 96_000,
  });
});

Deno.test("a bus that is set in the middle of a score does not end it", () => {
  const set: OscMessage = { address: "/c_set", args: [nothing, nothing] };
  const { events, endFrame } = read(
    binary(bundle(0, 0, set), bundle(1, 0, offMessage(1)), bundle(3, 0, set)),
  );
  assert.deepEqual(events, [{ frame: 48_000, commands: [off(1)] }]);
  assert.equal(endFrame, 144_000);
});

Deno.test("a node of SuperCollider whose SynthDef has the name of an instrument is a note, by names or numbers", () => {
  const s = (value: string) => ({ type: "s", value }) as const;
  const i = (value: number) => ({ type: "i", value }) as const;
  const f = (value: number) => ({ type: "f", value }) as const;
  const start = (name: string, ...controls: OscMessage["args"]): OscMessage => ({
    address: "/s_new",
    args: [s(name), i(1_000), i(0), i(1), ...controls],
  });
  const gate: OscMessage = { address: "/n_set", args: [i(1_000), s("gate"), i(0)] };
  const { events, endFrame } = read(
    binary(bundle(0, 0, group, start("keys", s("freq"), f(440), s("amp"), f(0.25))), bundle(1, 0, gate)),
  );
  assert.deepEqual(events, [
    { frame: 0, commands: [{ ...on(1_000, 0.25), number: 69 }] },
    { frame: 48_000, commands: [off(1_000)] },
  ]);
  assert.equal(endFrame, undefined, "the last note rings out");
  refused(
    binary(bundle(0, 0, start("default"))),
    /\/s_new: expected an instrument of the patch .*keys; found "default"/,
  );
  const numbered = binary(bundle(0, 0, { ...start("default"), address: "/s" }));
  numbered.set([0, 0, 0, 9], 4 + 20);
  refused(numbered.slice(), /\/s_new: expected an instrument of the patch/);
  numbered[4 + 23] = 99;
  refused(numbered, /99: there is no such address in a score/);
});

Deno.test("`immediately` is the start, a nested bundle is never earlier than the one around it, an empty last one ends", () => {
  const { events, endFrame } = read(binary(
    bundle(0, 1, offMessage(1)),
    bundle(
      2,
      0,
      offMessage(2),
      bundle(1, 0, offMessage(3)),
      bundle(3, 0, offMessage(4)),
      bundle(0, 1, offMessage(5)),
    ),
    bundle(4, 0),
  ));
  const at = (frame: number, id: number): ScoreEvent => ({ frame, commands: [off(id)] });
  assert.deepEqual(events, [at(0, 1), at(96_000, 2), at(96_000, 3), at(96_000, 5), at(144_000, 4)]);
  assert.equal(endFrame, 192_000);
});

Deno.test("a file that was cut off anywhere, or is no score, is refused with the byte", () => {
  const whole = binary(bundle(0, 0, offMessage(1)), bundle(1, 0, offMessage(2)));
  const second = binary(bundle(0, 0, offMessage(1))).length;
  for (let keep = 1; keep < whole.length; keep++) {
    if (keep === second) continue;
    const byte = keep < second ? 0 : second;
    refused(whole.slice(0, keep), new RegExp(`tune: byte ${byte}: expected .* the file was cut off`));
  }
  refused(binary(offMessage(1)), /byte 0: expected a bundle, found the message \/keys\/off/);
  refused(new Uint8Array([0, 0, 0, 0]), /expected the size of a bundle, a multiple of 4, found 0/);
  refused(new Uint8Array([0, 0, 0, 3, 1, 2, 3]), /found 3/);
  refused(
    binary(bundle(3_900_000_000, 0, offMessage(1))),
    /expected a time of 0 to 100000 s.*found 3900000000 s/,
  );
  refused(
    binary(bundle(0, 0, { address: "/keys/of", args: [] })),
    /byte 0: \/keys\/of: .* nearest is \/keys\/off/,
  );
});

Deno.test("whatever is done to the bytes of a score, it is read or refused as invalid", () => {
  const whole = binary(bundle(0, 0, offMessage(1), bundle(1, 0, offMessage(2))), bundle(2, 5, offMessage(3)));
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(changes, (changes) => {
    const bytes = whole.slice();
    for (const [at, value] of changes) bytes[at] = value;
    bytes[0] = 0;
    try {
      read(bytes);
    } catch (error) {
      assert.ok(error instanceof ScoreError, String(error));
    }
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      read(text);
    } catch (error) {
      assert.ok(error instanceof ScoreError, String(error));
    }
  }));
});

Deno.test("N samples apart in a score are N frames apart, however far from the start, in text and binary", () => {
  const rate = fc.constantFrom(8_000, 44_100, 48_000, 88_200, 96_000, 192_000);
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1_000), (rate, part, apart) => {
      const first = Math.floor(part * (maxScoreSeconds - 1) * rate);
      const frames = [first, first + apart];
      const text = frames.map((frame) => {
        const [seconds, rest] = [Math.floor(frame / rate), frame % rate];
        return `${seconds}${(rest / rate).toFixed(7).slice(1)} /keys/off 1`;
      });
      const packets = frames.map((frame) =>
        bundle(Math.floor(frame / rate), Math.round((frame % rate) / rate * 2 ** 32), offMessage(1))
      );
      for (const score of [text.join("\n"), binary(...packets)]) {
        assert.deepEqual(read(score, rate).events.map(({ frame }) => frame), frames);
      }
    }),
  );
});

Deno.test("an address with control characters is one line of an error", () => {
  const timeTag = { seconds: 0, fraction: 0 };
  const bundle = encodePacket({ timeTag, elements: [{ address: "/keys/note\n\u001b[2J", args: [] }] });
  const score = new Uint8Array(4 + bundle.length);
  new DataView(score.buffer).setUint32(0, bundle.length);
  score.set(bundle, 4);
  refused(score, /^tune: byte 0: \/keys\/note\\u000a\\u001b\[2J: there is no such address[^\n]*$/);
});
