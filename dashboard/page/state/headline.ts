/**
 * The one word that an operator reads from two metres: is sound going out, and when not, why not. The first sentence that holds wins:
 * what the page cannot know, then what keeps sound from people, then what makes the next fault audible.
 */
import { silenceDb } from "../../protocol.ts";
import { type PageState, staleness } from "./store.ts";
import { durationText } from "../figures/format.ts";

/** `unknown`: the page cannot tell; `quiet`: everything runs and nothing sounds. */
export type HeadlineLevel = "good" | "quiet" | "warning" | "bad" | "unknown";

export interface Headline {
  readonly level: HeadlineLevel;
  readonly word: string;
  /** One sentence. */
  readonly reason: string;
  /** What to do; empty: nothing. */
  readonly remedy: string;
}

/** Silence shorter than this is a rest in the music. */
const restSeconds = 3;

/** What is said of a state of the page. */
export function headlineOf(state: PageState): Headline {
  return contactHeadline(state) ?? engineHeadline(state) ?? warningHeadline(state);
}

function contactHeadline(state: PageState): Headline | undefined {
  const { contact, hello, live, status } = state;
  const { isStale, ageMs } = staleness(state);
  const unknown = (word: string, reason: string, remedy = ""): Headline => ({
    level: "unknown",
    word,
    reason,
    remedy,
  });
  if (contact.heardMs === undefined) {
    return contact.state === "lost"
      ? unknown("No contact", "The engine does not answer.", "Is it running? The page keeps trying.")
      : unknown("Connecting", "The page asks the engine for its state.");
  }
  if (isStale) {
    const why = contact.farewell === "" ? "" : ` The engine said: ${contact.farewell}.`;
    return unknown(
      "No contact",
      `The engine was last heard ${ageMs < 1_000 ? "just now" : `${durationText(ageMs / 1_000)} ago`}.${why}`,
      "What you see below is from then. The page keeps trying.",
    );
  }
  if (!hello || !live || !status) return unknown("Connecting", "The page waits for the engine's state.");
}

function engineHeadline({ live, status }: PageState): Headline | undefined {
  const { state, unheard, device, driver } = status!.status;
  const { isStreaming, isRendered } = live!.output;
  const bad = (word: string, reason: string, remedy = ""): Headline => ({
    level: "bad",
    word,
    reason,
    remedy,
  });
  const problem = status!.problems.find(({ part }) => part === "device")?.problem ?? "";
  if (state === "stopped" || state === "stopping") {
    return bad("Stopped", "The engine ends: it fades out and closes the device.");
  }
  if (state === "starting") {
    return { level: "unknown", word: "Starting", reason: "The engine prepares its renderers.", remedy: "" };
  }
  if (state === "waiting for device") {
    return bad(
      "No device",
      sentence(unheard || problem || `${device || "The device"} is gone`),
      "The music goes on by the clock, and is heard again when the device is back.",
    );
  }
  if (state === "unheard") return bad("Not heard", sentence(unheard || problem || "Nobody hears what plays"));
  if (!isStreaming) {
    return bad("Device stalls", `${device || "The device"} has not asked for sound for 200 ms.`);
  }
  if (state === "silent") {
    return bad(
      "No renderer",
      "No renderer has a block for the device: it gets silence.",
      "The engine starts new renderers by itself.",
    );
  }
  if (!isRendered) return bad("Concealing", "The device gets concealed blocks: every renderer is late.");
  if (driver === "clock") {
    return {
      level: "warning",
      word: "Not heard",
      reason: "The clock keeps time in place of a device: no loudspeaker gets the sound.",
      remedy: "Set UNDERSTUDY_DRIVER to auto, and start again.",
    };
  }
}

function warningHeadline({ live, status, clips }: PageState): Headline {
  const { agreeingRenderers, rendererIds } = status!.status;
  const { silentSeconds } = live!.output;
  const word = silentSeconds !== undefined && silentSeconds < restSeconds ? "Playing" : "Silent";
  const warning = (reason: string, remedy = ""): Headline => ({ level: "warning", word, reason, remedy });
  const inRoles = Object.values(rendererIds).filter((id) => id !== 0).length;
  const protecting = Math.min(inRoles, Math.max(agreeingRenderers, inRoles === 0 ? 0 : 1));
  if (protecting < 2) {
    return warning("Without protection: one renderer plays alone.", "Another one joins within seconds.");
  }
  if (protecting < 3) return warning(`Two renderers in lockstep; the third joins.`);
  for (const [lamp, what] of [["clip", "clipped"], ["limit", "reached the ceiling, which bends the wave"]]) {
    const channels = clips.lamps.flatMap((one, channel) => one === lamp ? [channel + 1] : []);
    if (channels.length === 0) continue;
    return warning(
      `${channels.length === 1 ? `Channel ${channels[0]}` : `Channels ${channels.join(", ")}`} ${what}.`,
      "Turn it down, then reset the lamps.",
    );
  }
  const problem = status!.problems[0];
  if (problem) return warning(sentence(problem.problem));
  if (word === "Playing") {
    return { level: "good", word, reason: "Sound goes out; three renderers in lockstep.", remedy: "" };
  }
  const since = silentSeconds === undefined ? "since the start" : `for ${durationText(silentSeconds)}`;
  return {
    level: "quiet",
    word,
    reason: `Everything runs, and nothing is above ${String(silenceDb).replace("-", "−")} dB ${since}.`,
    remedy: "",
  };
}

function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed === "" ? "" : `${trimmed[0].toUpperCase()}${trimmed.slice(1)}.`;
}
