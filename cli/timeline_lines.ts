import type { RunningView } from "../show/playing/running_cues.ts";
import type { ShowAction } from "../show/playing/show_action.ts";
import type { TimelineStep } from "../show/playing/timeline.ts";

/** What each GO would do, as lines: seconds after the GO, the frame, the cue and the action. */
export function timelineLines(steps: readonly TimelineStep[], sampleRateHz: number): string[] {
  return steps.flatMap((step, index) => {
    const shown = step.actions.filter(({ do: what }) => what !== "arm");
    return [
      "",
      `GO ${index + 1} at cue ${step.cue}, frame ${step.frame}`,
      ...shown.map((action) => {
        const after = `+${((action.frame - step.frame) / sampleRateHz).toFixed(3)} s`;
        return `  ${after.padStart(12)}  frame ${String(action.frame).padEnd(10)}  ${action.cue ?? "-"}: ${
          describe(action, sampleRateHz)
        }`;
      }),
      ...(step.isCut ? ["  and so on: it goes on by itself without end"] : []),
      ...(step.running.length === 0 ? [] : [`  still running: ${step.running.map(runningText).join(", ")}`]),
    ];
  });
}

function runningText({ key, isPaused }: RunningView): string {
  return `${key}${isPaused ? " (paused)" : ""}`;
}

function describe(action: ShowAction, sampleRateHz: number): string {
  const seconds = (frames: number) => `${(frames / sampleRateHz).toFixed(3)} s`;
  const over = (frames: number, curve: string) =>
    frames === 0 ? "at once" : `over ${seconds(frames)}, ${curve}`;
  const level = (db: number | null) => db === null ? "silence" : `${Number(db.toFixed(2))} dB`;
  switch (action.do) {
    case "cueBegins":
      return "begins";
    case "cueEnds":
      return "ends";
    case "cueStops":
      return "is stopped";
    case "arm":
      return `arm ${action.file}`;
    case "route": {
      const routes = action.routes.map(({ channel, bus, gainDb }) =>
        `${channel} to bus ${bus} at ${level(gainDb)}`
      );
      return `player ${action.player} routes channel ${routes.join(", ")}`;
    }
    case "rate":
      return `player ${action.player} at rate ${action.rate}`;
    case "slice":
      return `player ${action.player} plays ${
        action.parts.map(({ from, to, count }) =>
          `${seconds(from)} to ${to === null ? "the end" : seconds(to)}${
            count === 1 ? "" : ` ${count ?? "endless"} times`
          }`
        ).join(", ")
      }`;
    case "level": {
      const from = action.fromDb === undefined ? "" : `from ${level(action.fromDb)} `;
      return `player ${action.player} ${from}to ${level(action.toDb)} ${over(action.frames, action.curve)}`;
    }
    case "play":
      return `player ${action.player} plays ${action.file} from ${seconds(action.position)}`;
    case "stop":
      return `player ${action.player} stops ${over(action.frames, action.curve)}`;
    case "pause":
    case "resume":
    case "devamp":
      return `player ${action.player}: ${action.do}`;
    case "noteOn":
      return `note ${action.note}, velocity ${action.velocity}${
        action.instrument === undefined ? "" : ` on ${action.instrument}`
      }`;
    case "noteOff":
      return "note off";
    case "parameter":
      return `${action.address} ${
        action.to === null ? "holds" : `to ${action.to} ${over(action.frames, action.curve)}`
      }`;
    case "loadPatch":
      return `load patch ${action.patch}`;
    case "sendOsc": {
      const values = action.arguments.map((value) => typeof value === "object" ? value.float : value);
      return `send ${action.address} ${values.join(" ")} to ${action.destination}`;
    }
    case "sendMidi":
      return `send ${
        action.bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
      } to ${action.destination}`;
    case "panic":
      return "silence";
    case "notice":
      return `notice: ${action.text}`;
  }
}
