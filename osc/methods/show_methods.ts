import { CommandRefusedError, type EngineControl } from "../../engine/control/control.ts";
import type { ShowControl } from "../../engine/control/show_control.ts";
import { MessageRefusedError, tagsOf, texts, trigger } from "../packet/arguments.ts";
import { type Effect, type Method, withoutArguments } from "./method.ts";

type ShowEvent = Parameters<ShowControl["press"]>[0];

/** What `/show/cue` does to a cue. */
const cueActions = ["start", "stop", "pause", "resume", "devamp", "arm", "disarm"] as const;

/** Methods of the show that plays: GO, its list, its edits. */
export function showMethods(engine: EngineControl): Method[] {
  const show = () => {
    const { show } = engine;
    if (show !== undefined) return show;
    throw new CommandRefusedError("no show is loaded; start with --show FILE or send /show/load");
  };
  const button = (address: string, event: ShowEvent["event"], description: string): Method => ({
    address,
    types: "",
    access: "change",
    description,
    read: withoutArguments(() => ({ act: () => show().press({ event } as ShowEvent) })),
  });
  const keyOf = (number: string) => {
    const cue = show().list.cues.find((cue) => cue.key === number || cue.number === number);
    if (cue === undefined) throw new MessageRefusedError(`there is no cue ${number}`);
    return cue.key;
  };
  const json = (address: string, description: string, value: () => unknown): Method => ({
    address,
    types: "",
    access: "read",
    description,
    read: withoutArguments(() => ({ act: () => Promise.resolve([JSON.stringify(value())]) })),
  });
  return [
    button("/go", "go", "starts the cue at the playhead of the show"),
    button("/stop", "stop", "stops all cues of the show, each with its own fade"),
    button("/pause", "pause", "pauses all cues of the show"),
    button("/resume", "resume", "lets all paused cues of the show go on"),
    {
      address: "/panic",
      types: "",
      access: "change",
      description:
        "with a show: fades all its cues out, a second time within that fade everything is silent at once; " +
        "without one: fades all notes out at once, and stops all players",
      read: (args): Effect => {
        if (!trigger(args)) return { commands: [] };
        if (engine.show === undefined) return { commands: [{ kind: "panic" }] };
        return { act: () => show().press({ event: "panic" }) };
      },
    },
    button("/show/back", "back", "moves the playhead to the cue before"),
    button("/show/next", "next", "moves the playhead to the next cue"),
    {
      address: "/show/jump",
      types: "s",
      access: "change",
      description: "moves the playhead to a cue, by its number",
      read: (args) => {
        const [number] = texts(args, 1);
        return { act: () => show().press({ event: "jump", cue: keyOf(number) }) };
      },
    },
    {
      address: "/show/cue",
      types: "ss",
      access: "change",
      description: `a cue, by its number, and what it does: ${cueActions.join(", ")}`,
      read: (args) => {
        if (args.length !== 2) throw new MessageRefusedError(`expected ,ss, found ${tagsOf(args)}`);
        const [number, action] = texts(args, 2);
        return { act: () => show().press(cueEvent(keyOf(number), action)) };
      },
    },
    {
      address: "/show/load",
      types: "s",
      access: "change",
      description:
        "plays the show of a file from its beginning; answered when its files are open, with its warnings, or with all mistakes",
      read: (args) => {
        const [file] = texts(args, 1);
        return { act: () => engine.loadShow(file) };
      },
    },
    {
      address: "/show/reload",
      types: "",
      access: "change",
      description: "reads the file of the show again; what plays goes on",
      read: withoutArguments(() => ({ act: () => show().reload() })),
    },
    {
      address: "/show/edit",
      types: "s",
      access: "change",
      description: "puts another text, JSON, in place of the show; what plays goes on",
      read: (args) => {
        const [text] = texts(args, 1);
        return { act: () => show().edit(text) };
      },
    },
    {
      address: "/show/save",
      types: "",
      access: "change",
      description: "writes the show, with its edits, to its file",
      read: withoutArguments(() => ({ act: () => show().save() })),
    },
    {
      address: "/show/check",
      types: "",
      access: "read",
      description: "answers with every mistake and warning of the show, as it is played now",
      read: withoutArguments(() => ({ act: () => show().check() })),
    },
    json("/show/list", "answers with the list of the show, as JSON", () => show().list),
    json("/show/status", "answers with what runs of the show, as JSON", () => show().status()),
    json(
      "/show/text",
      "answers with the text of the show, with the edits that are not saved",
      () => show().text,
    ),
  ];
}

function cueEvent(cue: string, action: string): ShowEvent {
  switch (action) {
    case "start":
    case "stop":
    case "pause":
    case "resume":
    case "devamp":
    case "arm":
    case "disarm":
      return { event: action, cue };
    default:
      throw new MessageRefusedError(`expected ${cueActions.join(", ")}, found ${action}`);
  }
}
