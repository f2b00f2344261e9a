/** Messages of a page, checked: they come from the network. */
import { z } from "zod";
import { type OscCommand, type PageMessage, type Want } from "../../dashboard/protocol.ts";
import { logLevels } from "../../foundation/logging.ts";
import type { OscArgument, OscBundle, OscMessage } from "../packet/packet.ts";
import { unixEpochSeconds } from "../packet/time_tag.ts";

/** Characters of a text message: a show that is edited is one, and the socket takes no longer one. */
export const maxTextLength = 65_536;

const filter = z.string().max(200).optional();
const hz = z.number().positive();
const firstChannel = z.int().min(0).optional();
const value = z.union([
  z.object({ type: z.literal("i"), value: z.int32() }),
  z.object({ type: z.enum(["f", "d"]), value: z.number() }),
  z.object({ type: z.literal("s"), value: z.string().max(maxTextLength) }),
  z.object({ type: z.enum(["T", "F"]) }),
]);

const pageMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("want"),
    liveHz: hz.optional(),
    histograms: z.boolean().optional(),
    scope: z.object({ frames: z.number().positive(), hz, firstChannel }).optional(),
    listen: z.object({ format: z.enum(["f32", "s16"]), firstChannel }).optional(),
    osc: z.object({ addressContains: filter, senderContains: filter }).optional(),
    log: z.enum(logLevels).optional(),
  }),
  z.object({ type: z.literal("login"), secret: z.string().max(1_000) }),
  z.object({
    type: z.literal("osc"),
    address: z.string().min(1).max(512),
    args: z.array(value).max(64),
    unixMs: z.number().optional(),
  }),
  z.object({ type: z.literal("files") }),
  z.object({ type: z.literal("showText") }),
]);

/** Reads a text of a page. Undefined: it is none that this engine knows, with `problem` told why. */
export function readPageMessage(text: string, onProblem: (problem: string) => void): PageMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return void onProblem("expected JSON");
  }
  const read = pageMessage.safeParse(json);
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  onProblem(`${path.join(".") || "message"}: ${message}`);
}

/** A command as a packet of OSC. */
export function packetOf({ address, args, unixMs }: OscCommand): OscMessage | OscBundle {
  const message: OscMessage = { address, args: args as readonly OscArgument[] };
  if (unixMs === undefined) return message;
  const seconds = unixMs / 1_000 + unixEpochSeconds;
  const whole = Math.floor(seconds);
  return {
    timeTag: { seconds: whole, fraction: Math.floor((seconds - whole) * 2 ** 32) },
    elements: [message],
  };
}

/** Nothing is wanted before a page says so. */
export const nothing: Want = { type: "want" };
