/** What a message of MIDI Show Control means to a show, as its document describes the commands. Pure. */
import { CommandRefusedError } from "../engine/control/control.ts";
import type { ShowRemote } from "../engine/control/show_control.ts";
import type { ShowListView } from "../engine/control/show_view.ts";
import type { ShowEvent } from "../show/playing/show_event.ts";
import type { ShowControlMessage } from "./show_control.ts";

/**
 * The events of a message, in their order.
 *
 * @throws {CommandRefusedError} for a command that a show has no meaning for, and for a cue that is not there
 */
export function showControlEvents(
  { command, cue: number }: ShowControlMessage,
  { list }: Pick<ShowRemote, "list">,
): ShowEvent[] {
  const cue = number === undefined ? undefined : keyOfNumber(number, list);
  switch (command) {
    case "GO":
    case "TIMED_GO": // the time is that of a light's fade; a sound has its own
    case "GO/JAM_CLOCK":
      return [cue === undefined ? { event: "go" } : { event: "start", cue }];
    case "STOP": // halts, so that RESUME goes on
    case "ALL_OFF":
      return [{ event: "pause", ...(cue === undefined ? {} : { cue }) }];
    case "RESUME":
    case "RESTORE":
      return [{ event: "resume", ...(cue === undefined ? {} : { cue }) }];
    case "LOAD": // into the standby position: the next GO starts it
      if (cue === undefined) throw new CommandRefusedError("LOAD: expected the number of a cue");
      return [{ event: "jump", cue }];
    case "GO_OFF":
      return [{ event: "stop", ...(cue === undefined ? {} : { cue }) }];
    case "RESET": {
      const first = list.cues[0]?.key;
      return [{ event: "stop" }, ...(first === undefined ? [] : [{ event: "jump", cue: first } as const])];
    }
    case "STANDBY_+":
      return [{ event: "next" }];
    case "STANDBY_-":
      return [{ event: "back" }];
    default:
      throw new CommandRefusedError(`${command} means nothing to a show`);
  }
}

/** The cue of a number: as it is written, or the same in value, so that 5.0 is 5 and 07 is 7. */
export function keyOfNumber(number: string, { cues }: Pick<ShowListView, "cues">): string {
  const value = Number(number);
  const found = cues.find((cue) => cue.number === number) ??
    (/^\d+(\.\d+)?$/.test(number)
      ? cues.find((cue) =>
        cue.number !== undefined && /^[\d.]+$/.test(cue.number) && Number(cue.number) === value
      )
      : undefined);
  if (found === undefined) throw new CommandRefusedError(`there is no cue ${number}`);
  return found.key;
}
