import assert from "node:assert/strict";
import { DirtEvents } from "../../../osc/methods/dirt_events.ts";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";
import type { OscArgument } from "../../../osc/packet/codec.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const sampler = patches.sampler.build(testFormat);
const instruments = sampler.instruments.map(({ name }) => name);
const [keys, kit] = [instruments.indexOf("keys"), instruments.indexOf("kit")];
const indexOf = (address: string) => sampler.parameters.findIndex((each) => each.address === address);

/** Names and values; the same names in each event of a list, as far as types go. */
type Event = Readonly<Record<string, number | string | undefined>>;

/** Events on the patch `sampler`, whose parameters have the values that were set. */
function start() {
  const values = sampler.parameters.map((parameter) => parameter.default);
  const at = { nowMs: 0 };
  const events = new DirtEvents({
    parameters: sampler.parameters,
    instruments,
    parameterValue: (index) => values[index],
  }, () => at.nowMs);
  const play = (event: Event) => {
    const args = Object.entries(event).flatMap(([name, value]): OscArgument[] => [
      { type: "s", value: name },
      typeof value === "string" ? { type: "s", value } : { type: "f", value: value! },
    ]);
    const read = events.read(args);
    for (const command of read.commands) {
      if (command.kind === "set") values[command.parameter] = command.value;
    }
    return read;
  };
  const note = (event: Event) => {
    const { commands, later } = play(event);
    const on = commands.find(({ kind }) => kind === "noteOn")!;
    assert.ok(on.kind === "noteOn");
    assert.deepEqual(later[0].commands, [{ kind: "noteOff", instrument: on.instrument, id: on.id }]);
    return { ...on, lengthMs: later[0].afterMs };
  };
  return { events, play, note, values, at };
}

Deno.test("notes are numbered as SuperDirt numbers them: midinote, freq, or semitones above the octave", () => {
  const { note } = start();
  const numberOf = (event: Event) => note({ s: "keys", ...event }).number;
  assert.deepEqual([{}, { n: 7 }, { note: -12 }, { note: 7, n: 3 }].map(numberOf), [60, 67, 48, 67]);
  assert.deepEqual([{ note: 0, octave: 4 }, { midinote: 61.5, note: 9 }, { freq: 880 }].map(numberOf), [
    48,
    61.5,
    81,
  ]);
  assert.equal(note({ sound: "keys:4" }).number, 64);
  assert.equal(note({ s: "superkeys" }).instrument, keys);
  assert.equal(note({ note: 0 }).instrument, 0);
});

Deno.test("drums by the names of Dirt's samples play the kit; other names are refused with those that there are", () => {
  const { note, play } = start();
  for (const [s, key] of Object.entries({ bd: 36, "sn:2": 38, hh: 42, oh: 46, cp: 39, cb: 56, kick: 36 })) {
    const { instrument, number } = note({ s, n: 3 });
    assert.deepEqual([instrument, number], [kit, key]);
  }
  assert.equal(note({ s: "kit", midinote: 49 }).number, 49);
  assert.throws(
    () => play({ s: "gabba" }),
    (error: Error) =>
      error instanceof MessageRefusedError && /keys, kit, or a drum: bd, .*found gabba/.test(error.message),
  );
  assert.throws(() => play({ s: "constructor" }), MessageRefusedError);
});

Deno.test("a note lasts for sustain, or a share legato of the time to the next event", () => {
  const { note } = start();
  const lengthOf = (event: Event) => note({ s: "keys", delta: 0.5, ...event }).lengthMs;
  assert.deepEqual([{}, { legato: 0.5 }, { clip: 0.5 }, { sustain: 2, legato: 0.1 }].map(lengthOf), [
    ...[500, 250, 250, 2_000],
  ]);
  assert.deepEqual([{ sustain: 0 }, { sustain: -1 }, { sustain: 1e9 }].map(lengthOf), [10, 10, 3_600_000]);
});

Deno.test("gain is loudness by its fourth power, and no event is louder than the loudest note", () => {
  const { note } = start();
  const velocityOf = (event: Event) => note({ s: "keys", ...event }).velocity;
  assert.equal(velocityOf({}), 0.8);
  assert.equal(velocityOf({ gain: 1 }), 0.8);
  assert.ok(Math.abs(velocityOf({ gain: 0.5 }) - 0.05) < 1e-12);
  assert.deepEqual([{ gain: 1.5 }, { gain: 99 }, { velocity: 1 }, { gain: -1 }].map(velocityOf), [
    1,
    1,
    1,
    0,
  ]);
  assert.equal(velocityOf({ velocity: 0.25 }), 0.25);
  assert.equal(velocityOf({ amp: 0.2 }), 0.4);
});

Deno.test("speed bends the note by its octaves; backwards is left out, with the reason", () => {
  const { play } = start();
  const bend = (speed: number) => {
    const { commands, unknown } = play({ s: "bd", speed });
    const [on, express] = commands;
    assert.equal(on.kind, "noteOn");
    if (express) assert.ok(express.kind === "express" && on.kind === "noteOn" && express.id === on.id);
    return [express?.kind === "express" ? express.value : 0, unknown.length];
  };
  assert.deepEqual([1, 2, 0.5, -2, 0, 1e9].map(bend), [[0, 0], [12, 0], [-12, 0], [12, 1], [0, 1], [48, 0]]);
});

Deno.test("a cut group releases its last note, within its orbit", () => {
  const { play } = start();
  const cut = (event: Event) => {
    const { commands } = play(event);
    const ids = commands.flatMap((command) =>
      "id" in command && command.kind !== "express" ? [[command.kind, command.id]] : []
    );
    return ids;
  };
  const [[, first]] = cut({ s: "keys", cut: 1 });
  const [[, other]] = cut({ s: "keys", cut: 1, orbit: 1 });
  assert.deepEqual(cut({ s: "bd", cut: 1 })[0], ["noteOff", first]);
  assert.deepEqual(cut({ s: "keys", cut: 1, orbit: 1 })[0], ["noteOff", other]);
  assert.equal(cut({ s: "keys" }).length, 1);
});

Deno.test("a parameter holds for its event: the next without it has the value from before", () => {
  const { play, values } = start();
  const cutoff = indexOf("keys/cutoffHz");
  values[cutoff] = 700;
  play({ s: "keys", cutoff: 2_000 });
  play({ s: "keys", cutoffHz: 3_000 });
  assert.equal(values[cutoff], 3_000);
  play({ s: "bd" });
  assert.equal(values[cutoff], 3_000, "another instrument");
  play({ s: "keys" });
  assert.equal(values[cutoff], 700);
  const { commands } = play({ s: "keys" });
  assert.deepEqual(commands.map(({ kind }) => kind), ["noteOn"]);
});

Deno.test("events come before their time: a value that was set back counts, though it does not hold yet", () => {
  const { play, values, at } = start();
  const cutoff = indexOf("keys/cutoffHz");
  values[cutoff] = 700;
  const setBy = (event: Event) =>
    play(event).commands.flatMap((each) => each.kind === "set" ? [each.value] : []);
  assert.deepEqual(setBy({ s: "keys", cutoff: 2_000 }), [2_000]);
  assert.deepEqual(setBy({ s: "keys" }), [700]);
  values[cutoff] = 2_000; // the first event is heard now, the second is still to come
  assert.deepEqual(setBy({ s: "keys", cutoff: 3_000 }), [3_000]);
  assert.deepEqual(setBy({ s: "keys" }), [700]);
  at.nowMs = 6_000;
  values[cutoff] = 900; // by a fader, meanwhile
  assert.deepEqual(setBy({ s: "keys", cutoff: 3_000 }), [3_000]);
  assert.deepEqual(setBy({ s: "keys" }), [900]);
});

Deno.test("names become parameters: the instrument's own, SuperDirt's like it, or one of the patch by its address", () => {
  const { play, values } = start();
  const value = (event: Event, address: string) => {
    play(event);
    return values[indexOf(address)];
  };
  assert.equal(value({ s: "keys", begin: 0.25 }, "keys/start"), 0.25);
  assert.equal(value({ s: "keys", lpf: 1e9 }, "keys/cutoffHz"), 20_000);
  assert.equal(value({ s: "keys", resonance: 0 }, "keys/q"), 1);
  assert.equal(value({ s: "keys", q: 2 }, "keys/q"), 2);
  assert.equal(value({ s: "keys", glass: 1 }, "keys/glass"), 1);
  assert.equal(value({ s: "bd", "plate/kitDb": -6 }, "plate/kitDb"), -6);
  play({ s: "bd" });
  assert.equal(values[indexOf("plate/kitDb")], -6, "of the patch, not of the event");
});

Deno.test("names that mean nothing are named with the reason, unless they leave the sound as it is", () => {
  const { play } = start();
  const unknown = (event: Event) => play({ s: "keys", ...event }).unknown;
  assert.deepEqual(unknown({ room: 0.3 }), ["room: keys has no parameter of this name"]);
  assert.deepEqual(unknown({ cutoff: "c0" }), ["cutoff: expected a number, found a text or a control bus"]);
  assert.deepEqual(unknown({ end: 1, pan: 0.5, room: 0, _id_: "1", cps: 0.5, cycle: 3, orbit: 2 }), []);
  assert.deepEqual(unknown({ pan: 0.1, vowel: "a" }).length, 2);
});

Deno.test("what is no event is refused", () => {
  const { events } = start();
  const s = (value: string): OscArgument => ({ type: "s", value });
  for (const args of [[], [s("s")], [{ type: "f", value: 1 }, s("bd")] as OscArgument[]]) {
    assert.throws(() => events.read(args), MessageRefusedError);
  }
  assert.throws(
    () => events.read([s("s"), s("keys"), s("note"), { type: "f", value: 200 }]),
    /note: expected/,
  );
  const empty = new DirtEvents({ parameters: [], instruments: [], parameterValue: () => undefined }, () => 0);
  assert.throws(() => empty.read([s("s"), s("bd")]), /the patch has no instrument/);
});

Deno.test("when another patch plays, no parameter of the former one is set", () => {
  const { events, play } = start();
  play({ s: "keys", cutoff: 2_000, cut: 1 });
  events.followPatch();
  assert.deepEqual(play({ s: "keys", cut: 1 }).commands.map(({ kind }) => kind), ["noteOn"]);
});
