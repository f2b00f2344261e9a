/**
 * The receiver of one MIDI cable: it follows the channel messages and says what each of them means to the patch, the same for
 * JACK, for `/midi` in OSC and in scores. Sources: MIDI 1.0 Detailed Specification 4.2 with its recommended practice RP-015
 * (reset all controllers), and MIDI Polyphonic Expression 1.1.
 *
 * A channel that has its instrument for itself, or for its zone, moves all of the instrument with one command, also the notes of
 * OSC. Channels that share an instrument move their own held notes one by one, and their pedals hold notes in here. Main isolate.
 */
import { midiChannels } from "../compiler/graph/limits.ts";
import {
  type Command,
  CommandRefusedError,
  type Expression,
  expressionRanges,
} from "../engine/control/control.ts";
import { ChannelState, type HeldNote } from "./channel_state.ts";
import {
  type ChannelMessage,
  controlledParameter,
  controlledValue,
  controllerParameters,
  instrumentsByChannel,
  levelDb,
  type MidiTarget,
  playedChannels,
} from "./messages.ts";
import { lowerMaster, memberBendSemitones, MpeZones, type StandingZones, upperMaster } from "./mpe_zones.ts";

/** Controllers with a meaning of their own. */
const Controller = {
  bank: 0,
  wheel: 1,
  breath: 2,
  dataUpper: 6,
  volume: 7,
  expression: 11,
  bankLower: 32,
  dataLower: 38,
  sustain: 64,
  sostenuto: 66,
  soft: 67,
  timbre: 74,
  increment: 96,
  decrement: 97,
  otherLower: 98,
  otherUpper: 99,
  registeredLower: 100,
  registeredUpper: 101,
  allSoundOff: 120,
  resetControllers: 121,
  localControl: 122,
  allNotesOff: 123,
} as const;

/** Controllers from this number on have the lower seven bits of those before it, of the first 32. */
const lowerControllers = 32;

/** Registered parameter numbers. */
const Registered = { bendRange: 0, fineTuning: 1, coarseTuning: 2, zone: 6, none: 0x3fff } as const;

/** Ids of notes begin at the number of their channel times this; those of the first channel that plays an instrument at 0. */
const idsOfChannel = 1_000_000;

/** Part of the velocity that a note has while the soft pedal is down: 3 dB less. */
const softVelocity = 0.7;

/** Volume and expression of the parameter that they set together. */
interface Level {
  baseDb: number;
  expression: number;
  /** The values that were set last: any other comes from elsewhere, and becomes the base. */
  readonly set: number[];
}

/** Values of a level that are remembered: those that wait for their time, and the one before. */
const levelsKept = 256;

/** What a cable is taken for before its controller says anything. */
export interface MidiReceiverOptions {
  readonly midiMpe?: StandingZones;
  /** Bend range of a zone's members, in semitones. */
  readonly midiMpeBend?: number;
}

export class MidiReceiver {
  readonly #options: MidiReceiverOptions;
  readonly #channels = Array.from({ length: midiChannels }, () => new ChannelState());
  readonly #zones = new MpeZones();
  /** By the address of the parameter. */
  readonly #levels = new Map<string, Level>();

  constructor(options: MidiReceiverOptions = {}) {
    this.#options = options;
    this.reset();
  }

  /**
   * The commands of one channel message, to be carried out together; none for a message that changes nothing yet.
   *
   * @throws {CommandRefusedError} for another kind of message, and for what the patch lacks
   */
  receive({ status, first, second }: ChannelMessage, target: MidiTarget): Command[] {
    if (first > 127 || second > 127) {
      throw new CommandRefusedError(`expected data bytes of 0 to 127, found ${first} and ${second}`);
    }
    const { parameters, instruments } = target;
    const byChannel = instrumentsByChannel(target);
    const at = new Place((status & 15) + 1, {
      ...{ channels: this.#channels, zones: this.#zones, byChannel, parameters, instruments },
      parameterValue: (parameter) => target.parameterValue?.(parameter),
      all: playedChannels(byChannel),
    });
    switch (status >> 4) {
      case 8:
        return this.#noteOff(at, first);
      case 9:
        return second === 0 ? this.#noteOff(at, first) : this.#noteOn(at, first, second / 127);
      case 10:
        return this.#keyPressure(at, first, second / 127);
      case 11: {
        const commands = this.#control(at, first, second);
        if (first < lowerControllers) at.state.upperBits.set(first, second);
        return commands;
      }
      case 13:
        at.state.pressure = first / 127;
        return at.express("pressure");
      case 14:
        at.state.bend = bendOf(second << 7 | first);
        return at.express("bend");
      default:
        throw new CommandRefusedError(
          `expected note on, note off, control change, aftertouch or pitch bend, found status 0x${
            status.toString(16)
          }`,
        );
    }
  }

  /** Forgets everything that is held or set: the cable was pulled. The commands that let go of notes are the caller's. */
  reset(): void {
    this.#channels.forEach((_, index) => this.#channels[index] = new ChannelState());
    this.#zones.stand(this.#options.midiMpe ?? "off");
    this.#levels.clear();
    for (const master of [lowerMaster, upperMaster] as const) {
      if (this.#zones.membersOf(master) > 0) this.#setBendRanges(master);
    }
  }

  /** The master of a zone bends as any channel, its members by a range of their own. */
  #setBendRanges(master: number): void {
    const [own, ...members] = this.#zones.channelsOf(master).map((channel) => this.#channels[channel - 1]);
    own.bendRangeSemitones = new ChannelState().bendRangeSemitones;
    const { midiMpeBend = memberBendSemitones } = this.#options;
    for (const member of members) member.bendRangeSemitones = midiMpeBend;
  }

  #noteOn(at: Place, number: number, velocity: number): Command[] {
    const { instrument, state } = at;
    const held: HeldNote = {
      instrument: at.instrumentName,
      id: at.idOf(number),
      isDown: true,
      isCaught: false,
      pressure: 0,
    };
    const shared = at.share();
    const before = state.notes.get(number);
    const isElsewhere = before !== undefined &&
      (before.instrument !== held.instrument || before.id !== held.id);
    state.notes.set(number, held);
    return [
      ...shared,
      ...(isElsewhere ? at.release([before]) : []),
      {
        kind: "noteOn",
        instrument,
        id: held.id,
        number,
        velocity: velocity * (at.isSoft ? softVelocity : 1),
      },
      ...at.expressionsOf(held),
    ];
  }

  #noteOff(at: Place, number: number): Command[] {
    const note = at.state.notes.get(number);
    if (note === undefined) return [{ kind: "noteOff", instrument: at.instrument, id: at.idOf(number) }];
    note.isDown = false;
    return at.releaseUnheld();
  }

  #keyPressure(at: Place, number: number, pressure: number): Command[] {
    const note = at.state.notes.get(number);
    if (note !== undefined) note.pressure = pressure;
    const value = note === undefined ? pressure : at.valueOf("pressure", note);
    return [{ kind: "express", instrument: at.instrument, id: at.idOf(number), what: "pressure", value }];
  }

  #control(at: Place, controller: number, value: number): Command[] {
    const { state, patch } = at;
    const isOn = value >= 64;
    switch (controller) {
      case Controller.bank:
      case Controller.bankLower:
      case Controller.localControl:
        return [];
      case Controller.dataUpper:
      case Controller.dataLower:
      case Controller.increment:
      case Controller.decrement:
        return this.#enter(at, controller, value);
      case Controller.otherLower:
      case Controller.otherUpper:
      case Controller.registeredLower:
      case Controller.registeredUpper:
        select(state, controller, value);
        return [];
      case Controller.sustain:
        state.sustains = isOn;
        if (at.isWhole) return [{ kind: "pedal", instrument: at.instrument, down: isOn }];
        return isOn ? [] : at.liftPedal();
      case Controller.sostenuto:
        if (isOn && !state.sostenuto) {
          for (const { notes } of at.governed) for (const note of notes.values()) note.isCaught = note.isDown;
        }
        state.sostenuto = isOn;
        if (isOn) return [];
        for (const { notes } of at.governed) for (const note of notes.values()) note.isCaught = false;
        return at.releaseUnheld();
      case Controller.soft:
        state.isSoft = isOn;
        return [];
      case Controller.allSoundOff:
        return this.#soundOff(at);
      case Controller.resetControllers:
        return this.#resetControllers(at);
    }
    if (controller >= Controller.allNotesOff) return this.#notesOff(at);
    const parameter = controlledParameter(controller, at.instrument, patch);
    const upper = controller - lowerControllers;
    if (upper >= 0 && upper < lowerControllers && parameter < 0) {
      const known = state.upperBits.get(upper);
      return known === undefined ? [] : this.#control(at, upper, Math.min(127, known + value / 128));
    }
    if (controller === Controller.timbre && !at.isWhole) {
      state.timbre = value / 127;
      return at.express("timbre");
    }
    if (controller === Controller.volume && parameter >= 0) {
      return this.#setLevel(at, parameter, { volume: value });
    }
    if (parameter >= 0) {
      const declared = patch.parameters[parameter];
      if (controller === Controller.wheel) state.moved.add(declared.address);
      return [{ kind: "set", parameter, value: controlledValue(value, declared) }];
    }
    if (controller === Controller.expression) {
      const level = controlledParameter(Controller.volume, at.instrument, patch);
      if (level >= 0) return this.#setLevel(at, level, { expression: value });
    }
    if (controller === Controller.wheel || controller === Controller.timbre) {
      state.timbre = value / 127;
      return at.express("timbre");
    }
    if (controller === Controller.breath) {
      state.pressure = value / 127;
      return at.express("pressure");
    }
    throw new CommandRefusedError(
      `controller: ${at.instrumentName} has ${knownControllers(at).join(", ")}, found ${controller}`,
    );
  }

  /** Volume gives the level, expression a part of it. */
  #setLevel(
    { patch: { parameters, parameterValue } }: Place,
    parameter: number,
    { volume, expression }: { readonly volume?: number; readonly expression?: number },
  ): Command[] {
    const { address, min, max, default: fallback } = parameters[parameter];
    const now = parameterValue(parameter) ?? fallback;
    const before = this.#levels.get(address);
    const level = before?.set.some((value) => Math.abs(value - now) < 1e-3)
      ? before
      : { baseDb: now, expression: before?.expression ?? 127, set: [now] };
    if (volume !== undefined) level.baseDb = Math.max(min, Math.min(max, levelDb(volume)));
    if (expression !== undefined) level.expression = expression;
    const value = Math.max(min, Math.min(max, level.baseDb + levelDb(level.expression)));
    level.set.push(value);
    if (level.set.length > levelsKept) level.set.shift();
    this.#levels.set(address, level);
    return [{ kind: "set", parameter, value }];
  }

  /** All sound off: what the channel plays is silent at once, released notes as well. */
  #soundOff(at: Place): Command[] {
    const released = at.governed.flatMap((state) => at.letGo(state));
    const silenced = this.#zones.channelsOf(at.channel).map((channel): Command => {
      const place = at.on(channel);
      return {
        kind: "silence",
        instrument: place.instrument,
        firstId: place.firstId,
        ids: idsOfChannel,
      };
    });
    return [...released, ...silenced];
  }

  /** All notes off, and the mode messages, which imply it: keys are let go of, pedals hold on. */
  #notesOff(at: Place): Command[] {
    for (const { notes } of at.governed) for (const note of notes.values()) note.isDown = false;
    return at.releaseUnheld();
  }

  /** RP-015: bend, pressure, wheel, expression and pedals, and no parameter number; volume, pan and sounds stay. */
  #resetControllers(at: Place): Command[] {
    const { governed, patch } = at;
    const { parameters } = patch;
    const moved = new Set(governed.flatMap(({ moved }) => [...moved]));
    const commands = parameters.flatMap((declared, parameter): Command[] =>
      moved.has(declared.address) ? [{ kind: "set", parameter, value: controlledValue(0, declared) }] : []
    );
    const level = controlledParameter(Controller.volume, at.instrument, patch);
    const known = level < 0 ? undefined : this.#levels.get(parameters[level].address);
    if (known && known.expression !== 127) commands.push(...this.#setLevel(at, level, { expression: 127 }));
    const hadTimbre = governed.some(({ timbre }) => timbre !== 0);
    for (const state of governed) {
      state.resetControllers();
      for (const note of state.notes.values()) note.isCaught = false;
    }
    commands.push(...at.express("bend"), ...at.express("pressure"));
    if (hadTimbre) commands.push(...at.express("timbre"));
    return [...commands, ...at.liftPedal()];
  }

  /** Data entry for the number that was selected. */
  #enter(at: Place, controller: number, value: number): Command[] {
    const { selected } = at.state;
    if (selected?.upper === undefined || selected.lower === undefined) return [];
    const number = selected.upper << 7 | selected.lower;
    if (number === Registered.none) return [];
    const kind = selected.isRegistered ? "RPN" : "NRPN";
    if (selected.isRegistered && number === Registered.zone) return this.#enterZone(at, controller, value);
    const set = selected.isRegistered ? registeredSetters[number] : undefined;
    if (set === undefined) {
      throw new CommandRefusedError(
        `${kind} ${selected.upper}/${selected.lower}: expected RPN 0/0 (bend range), 0/1 and 0/2 (tuning) or 0/6 (MPE zone)`,
      );
    }
    // a zone's members have one bend range, whichever of them is told
    const master = number === Registered.bendRange ? this.#zones.masterOf(at.channel) : undefined;
    const channels = master === undefined ? [at.channel] : this.#zones.channelsOf(master).slice(1);
    return channels.flatMap((channel) => {
      const place = at.on(channel);
      set(place.state, controller, value);
      return place.state.bendSemitones === 0 && number === Registered.bendRange ? [] : place.express("bend");
    });
  }

  /** MPE configuration message: value is the number of members; what sounds on channels that change hands is let go. */
  #enterZone(at: Place, controller: number, members: number): Command[] {
    const { channel } = at;
    if (controller !== Controller.dataUpper) return [];
    if (channel !== lowerMaster && channel !== upperMaster) {
      throw new CommandRefusedError(`RPN 0/6 (MPE zone): expected channel 1 or 16, found ${channel}`);
    }
    if (members > midiChannels - 1) {
      throw new CommandRefusedError(`RPN 0/6 (MPE zone): expected 0 to 15 members, found ${members}`);
    }
    return this.#changeWhole(at, () => {
      this.#zones.set(channel, members);
      this.#setBendRanges(channel);
    });
  }

  /** Changes which channels move whole instruments. All channels begin again without notes, bend and pedals. */
  #changeWhole(at: Place, change: () => void): Command[] {
    const commands: Command[] = [];
    this.#channels.forEach((state, index) => {
      const place = at.on(index + 1);
      if (!place.plays) return;
      commands.push(...place.letGo(state));
      const moved = moves.filter((what) => expressionOf(state, what) !== 0);
      const { selected, sustains } = state;
      state.resetControllers();
      state.selected = selected;
      if (!place.isWhole) return;
      commands.push(...moved.flatMap((what) => place.express(what)));
      if (sustains) commands.push({ kind: "pedal", instrument: place.instrument, down: false });
    });
    for (const state of this.#channels) state.hasPlayed = false;
    change();
    return commands;
  }
}

const moves = Object.keys(expressionRanges) as Expression[];

/** What all channels of a receiver have in common while a message is read. */
interface Cable extends MidiTarget {
  readonly channels: readonly ChannelState[];
  readonly zones: MpeZones;
  /** Instruments by their channel, without zones. */
  readonly byChannel: readonly (number | undefined)[];
  /** The channels that play something, for people. */
  readonly all: string;
  readonly parameterValue: (parameter: number) => number | undefined;
}

/** One channel of a receiver, as it plays one patch. */
class Place {
  readonly channel: number;
  readonly patch: Cable;

  constructor(channel: number, patch: Cable) {
    this.channel = channel;
    this.patch = patch;
  }

  on(channel: number): Place {
    return channel === this.channel ? this : new Place(channel, this.patch);
  }

  get state(): ChannelState {
    return this.patch.channels[this.channel - 1];
  }

  /** Whether there is an instrument for it. */
  get plays(): boolean {
    return this.#found !== undefined;
  }

  /** Index of its instrument. Throws {@link CommandRefusedError} where there is none. */
  get instrument(): number {
    const found = this.#found;
    if (found !== undefined) return found;
    throw new CommandRefusedError(
      `channel: the instruments of this patch play ${this.patch.all}, found ${this.channel}`,
    );
  }

  get instrumentName(): string {
    return this.patch.instruments[this.instrument];
  }

  /** The members of a zone play the instrument of their master; an upper zone has the last one where channel 16 has none. */
  get #found(): number | undefined {
    const { zones, byChannel } = this.patch;
    const master = zones.masterOf(this.channel) ??
      (zones.membersOf(this.channel) > 0 ? this.channel : undefined);
    if (master === undefined) return byChannel[this.channel - 1];
    return byChannel[master - 1] ?? byChannel.findLast((instrument) => instrument !== undefined);
  }

  /** The first channel that plays this one's instrument. */
  get #first(): Place {
    const { instrument } = this;
    for (let channel = 1; channel < this.channel; channel++) {
      const place = this.on(channel);
      if (place.#found === instrument && this.patch.zones.masterOf(channel) === undefined) return place;
    }
    return this;
  }

  get #isFirst(): boolean {
    return this.patch.zones.masterOf(this.channel) === undefined && this.#first === this;
  }

  /** Whether its messages move all notes of its instrument: no channel outside of its zone has played it. */
  get isWhole(): boolean {
    if (!this.#isFirst) return false;
    const { instrument, patch: { channels, zones } } = this;
    const zone = zones.channelsOf(this.channel);
    return channels.every(({ hasPlayed }, index) =>
      !hasPlayed || zone.includes(index + 1) || this.on(index + 1).#found !== instrument
    );
  }

  /** A note begins on it: the channel that had the instrument for itself moves its own notes from now on. */
  share(): Command[] {
    const { state } = this;
    if (state.hasPlayed) return [];
    const first = this.#first;
    const wasWhole = first.isWhole;
    state.hasPlayed = true;
    if (!wasWhole || first.isWhole) return [];
    const { instrument } = first;
    return moves.filter((what) => expressionOf(first.state, what) !== 0).flatMap((what) => [
      { kind: "express", instrument, what, value: 0 },
      ...first.express(what),
    ]);
  }

  /** Notes of the first channel have their number as id, as those of OSC. */
  get firstId(): number {
    return this.#isFirst ? 0 : this.channel * idsOfChannel;
  }

  idOf(number: number): number {
    return this.firstId + number;
  }

  /** It and its master. */
  get #governing(): Place[] {
    const master = this.patch.zones.masterOf(this.channel);
    return master === undefined ? [this] : [this, this.on(master)];
  }

  get #governed(): Place[] {
    return this.patch.zones.channelsOf(this.channel).map((channel) => this.on(channel));
  }

  /** Its own state and those of its members. */
  get governed(): ChannelState[] {
    return this.#governed.map(({ state }) => state);
  }

  /** Whether its soft pedal, or that of its master, is down. */
  get isSoft(): boolean {
    return this.#governing.some(({ state }) => state.isSoft);
  }

  /** The value that a held note of this channel has for itself. */
  valueOf(what: Expression, note: HeldNote): number {
    const sum = this.#governing.filter((place) => !place.isWhole)
      .reduce((all, { state }) => all + expressionOf(state, what), 0);
    return within(what, sum + (what === "pressure" ? note.pressure : 0));
  }

  /** What the channel's value of an expression moves now. */
  express(what: Expression): Command[] {
    if (this.isWhole) {
      const { instrument } = this;
      return [{ kind: "express", instrument, what, value: within(what, expressionOf(this.state, what)) }];
    }
    return this.#governed.flatMap((place) =>
      [...place.state.notes.values()].flatMap((note): Command[] => {
        const instrument = this.patch.instruments.indexOf(note.instrument);
        if (instrument < 0) return [];
        return [{ kind: "express", instrument, id: note.id, what, value: place.valueOf(what, note) }];
      })
    );
  }

  /** What a note that begins has to be given. */
  expressionsOf(note: HeldNote): Command[] {
    const { instrument } = this;
    return moves.flatMap((what): Command[] => {
      const value = this.valueOf(what, note);
      return value === 0 ? [] : [{ kind: "express", instrument, id: note.id, what, value }];
    });
  }

  /** Releases notes, by the instruments that the patch has now. */
  release(notes: readonly HeldNote[]): Command[] {
    return notes.flatMap(({ instrument: name, id }): Command[] => {
      const instrument = this.patch.instruments.indexOf(name);
      return instrument < 0 ? [] : [{ kind: "noteOff", instrument, id }];
    });
  }

  /** The pedal of a channel goes up. It may have been pressed before the channel began to share its instrument. */
  liftPedal(): Command[] {
    const lifted: Command[] = this.#isFirst
      ? [{ kind: "pedal", instrument: this.instrument, down: false }]
      : [];
    return [...lifted, ...this.releaseUnheld()];
  }

  /** Releases its notes, and those of its members, that neither a key nor a pedal of a shared instrument holds. */
  releaseUnheld(): Command[] {
    return this.#governed.flatMap((place) => {
      const { notes } = place.state;
      const isPressed = place.#governing.some((each) => each.state.sustains && !each.isWhole);
      const released = [...notes].filter(([, { isDown, isCaught }]) => !isDown && !isCaught && !isPressed);
      released.forEach(([number]) => notes.delete(number));
      return this.release(released.map(([, note]) => note));
    });
  }

  /** Releases everything that a channel holds. */
  letGo(state: ChannelState): Command[] {
    const notes = [...state.notes.values()];
    state.notes.clear();
    return this.release(notes);
  }
}

/** @param value 0 to 16383, 8192 in the middle */
function bendOf(value: number): number {
  return (value - 8_192) / (value < 8_192 ? 8_192 : 8_191);
}

function expressionOf(state: ChannelState, what: Expression): number {
  return what === "bend" ? state.bendSemitones : state[what];
}

function within(what: Expression, value: number): number {
  const { min, max } = expressionRanges[what];
  return Math.max(min, Math.min(max, value));
}

function select(state: ChannelState, controller: number, value: number): void {
  const isRegistered = controller >= Controller.registeredLower;
  if (state.selected?.isRegistered !== isRegistered) {
    state.selected = { isRegistered, upper: undefined, lower: undefined };
  }
  const isUpper = controller === Controller.registeredUpper || controller === Controller.otherUpper;
  state.selected[isUpper ? "upper" : "lower"] = value;
}

/** Changes the upper or the lower seven bits of a value, or the value by one. */
function entered(value: number, controller: number, data: number): number {
  switch (controller) {
    case Controller.dataUpper:
      return data << 7 | value & 127;
    case Controller.dataLower:
      return value & ~127 | data;
    case Controller.increment:
      return Math.min(0x3fff, value + 1);
    default:
      return Math.max(0, value - 1);
  }
}

type Setter = (state: ChannelState, controller: number, data: number) => void;

/** By the registered number. Semitones and cents of the bend range are two numbers; tunings have 14 bits. */
const registeredSetters: Readonly<Record<number, Setter>> = {
  [Registered.bendRange]: (state, controller, data) => {
    const cents = Math.round(state.bendRangeSemitones * 100);
    const [semitones, part] = [Math.floor(cents / 100), cents % 100];
    if (controller === Controller.dataUpper) state.bendRangeSemitones = data + part / 100;
    else if (controller === Controller.dataLower) {
      state.bendRangeSemitones = semitones + Math.min(data, 100) / 100;
    } else {
      const step = controller === Controller.increment ? 1 : -1;
      state.bendRangeSemitones = Math.max(0, Math.min(12_700, cents + step)) / 100;
    }
  },
  [Registered.fineTuning]: (state, controller, data) => {
    const value = Math.round(state.fineSemitones * 8_192) + 8_192;
    state.fineSemitones = (entered(value, controller, data) - 8_192) / 8_192;
  },
  [Registered.coarseTuning]: (state, controller, data) => {
    const value = state.coarseSemitones + 64;
    if (controller === Controller.dataUpper) state.coarseSemitones = data - 64;
    else if (controller === Controller.increment) state.coarseSemitones = Math.min(127, value + 1) - 64;
    else if (controller === Controller.decrement) state.coarseSemitones = Math.max(0, value - 1) - 64;
  },
};

/** The controllers that a channel's instrument understands, for people. */
function knownControllers({ instrument, patch: target }: Place): string[] {
  const owner = `${target.instruments[instrument]}/`;
  const declared = target.parameters.flatMap(({ address, controller }) =>
    controller !== undefined && address.startsWith(owner)
      ? [[controller, address.slice(owner.length)] as const]
      : []
  );
  const named = Object.entries(controllerParameters)
    .filter(([number]) => controlledParameter(Number(number), instrument, target) >= 0)
    .map(([number, name]) => [Number(number), name] as const);
  const parameters = new Map<number, string>([...named, ...declared]);
  const fixed: [number, string][] = [
    [Controller.wheel, "timbre"],
    [Controller.breath, "pressure"],
    ...(parameters.has(Controller.volume) ? [[Controller.expression, "expression"] as [number, string]] : []),
    [Controller.sustain, "pedal"],
    [Controller.sostenuto, "sostenuto"],
    [Controller.soft, "soft pedal"],
  ];
  const all = new Map([...fixed, ...parameters]);
  return [
    ...[...all].sort(([one], [other]) => one - other).map(([number, name]) => `${number} (${name})`),
    "120 to 127 (channel mode)",
  ];
}
