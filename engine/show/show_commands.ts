/** From what a show does to commands of the log. Main isolate. */
import type { ArmedFile, Command, PlayerAction } from "../control/control.ts";
import type { PlanPart, ShowAction } from "../../show/mod.ts";
import type { DueCommand } from "./show_host.ts";

/** Fade with which a player is paused, goes on, or stops without a fade of its own: too short to be heard as one. */
export const declickSeconds = 0.005;

/** A file that a cue is about to play, until `play` begins it. */
interface Setup {
  readonly routes: Extract<ShowAction, { do: "route" }>["routes"];
  rate: number;
  parts: readonly PlanPart[];
  levels: PlayerAction[];
}

export interface CommandsOptions {
  readonly sampleRateHz: number;
  readonly instruments: readonly string[];
  /** The file that a cue names. */
  readonly fileOf: (name: string) => ArmedFile | undefined;
  /** Something cannot be done. */
  readonly onProblem: (frame: number, text: string) => void;
}

/** The commands of actions, in their order; what is sent, told or faded in steps is none of them. */
export function commandsOf(actions: readonly ShowAction[], options: CommandsOptions): DueCommand[] {
  const commands: DueCommand[] = [];
  const setups = new Map<number, Setup>();
  const declick = Math.round(declickSeconds * options.sampleRateHz);
  for (const action of actions) {
    const { frame } = action;
    const add = (...added: Command[]) => added.forEach((command) => commands.push({ frame, command }));
    const on = (player: number, ...done: PlayerAction[]) =>
      add(...done.map((each): Command => ({ kind: "player", player: player - 1, ...each })));
    switch (action.do) {
      case "route":
        setups.set(action.player, { routes: action.routes, rate: 1, parts: [], levels: [] });
        break;
      case "rate":
        setups.get(action.player)!.rate = action.rate;
        break;
      case "slice":
        setups.get(action.player)!.parts = action.parts;
        break;
      case "level": {
        const { fromDb, toDb, frames, curve, player } = action;
        const levels: PlayerAction[] = [
          ...(fromDb === undefined ? [] : [{ what: "level", gain: gainOf(fromDb), frames: 0 } as const]),
          ...(fromDb !== undefined && frames === 0
            ? []
            : [{ what: "level", gain: gainOf(toDb), frames, curve } as const]),
        ];
        const setup = setups.get(player);
        if (setup === undefined) on(player, ...levels);
        else setup.levels = levels;
        break;
      }
      case "play": {
        const setup = setups.get(action.player)!;
        setups.delete(action.player);
        const file = options.fileOf(action.file);
        if (file === undefined) options.onProblem(frame, `${action.file} cannot be played: it is not there`);
        else on(action.player, ...beginningOf(file, setup, action.position));
        break;
      }
      case "stop":
        if (action.frames > declick) {
          on(
            action.player,
            { what: "level", gain: 0, frames: action.frames, curve: action.curve },
            { what: "gate", open: false, frames: action.frames, then: "stop", holds: true },
          );
        } else on(action.player, { what: "gate", open: false, frames: declick, then: "stop" });
        break;
      case "pause":
        on(action.player, { what: "gate", open: false, frames: declick, then: "pause" });
        break;
      case "resume":
        on(action.player, { what: "gate", open: true, frames: declick });
        break;
      case "devamp":
        on(action.player, { what: "devamp" });
        break;
      case "noteOn":
      case "noteOff": {
        const instrument = instrumentOf(action.instrument, options.instruments);
        if (instrument === undefined) {
          if (action.do === "noteOn") {
            options.onProblem(frame, `the patch has no instrument ${action.instrument ?? ""}`.trimEnd());
          }
          break;
        }
        const id = noteIdOf(action.id);
        if (action.do === "noteOff") add({ kind: "noteOff", instrument, id });
        else add({ kind: "noteOn", instrument, id, number: action.note, velocity: action.velocity });
        break;
      }
      case "panic":
        add({ kind: "panic" });
    }
  }
  return commands;
}

/** Everything with which a player begins a file at a place. */
export function beginningOf(
  { number, channels, frames }: ArmedFile,
  { routes, rate, parts, levels }: Setup,
  position: number,
): PlayerAction[] {
  const before: PlayerAction[] = parts[0].from > 0
    ? [{ what: "slice", endFrame: parts[0].from, count: 1 }]
    : [];
  return [
    { what: "open", file: number, channels },
    ...before,
    ...parts.map(({ to, count }): PlayerAction => ({
      what: "slice",
      endFrame: Math.min(frames, to ?? frames),
      count: count ?? 0,
    })),
    { what: "seek", frame: Math.floor(position) },
    ...routes.map(({ channel, bus, gainDb }): PlayerAction => ({
      ...{ what: "route", channel: channel - 1, bus: bus - 1, gain: gainOf(gainDb), frames: 0 },
    })),
    ...(rate === 1 ? [] : [{ what: "rate", rate, frames: 0 } as const]),
    ...levels,
    { what: "gate", open: true, frames: 0 },
  ];
}

/** Ids of notes of a show, far from those of people and of MIDI. */
function noteIdOf(id: number): number {
  return 0x5000_0000 + (id & 0xFFF_FFFF);
}

function instrumentOf(name: string | undefined, instruments: readonly string[]): number | undefined {
  const index = name === undefined ? 0 : instruments.indexOf(name);
  return index in instruments ? index : undefined;
}

function gainOf(db: number | null): number {
  return db === null || db <= -120 ? 0 : 10 ** (db / 20);
}
