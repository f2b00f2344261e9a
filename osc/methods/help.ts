/** What can be said, told to who asks: `/help`, and the suggestions in errors. */
import { nearestFew } from "../../foundation/nearest.ts";
import { text } from "../packet/reply.ts";
import type { MethodDescription } from "./music_method.ts";
import type { OscMessage } from "../packet/packet.ts";

const maxSuggestions = 3;

/** The few addresses most like a wrong one, as the end of a sentence. */
export function suggestion(address: string, addresses: readonly string[]): string {
  const found = nearestFew(address, addresses, maxSuggestions);
  return `the nearest are ${found.join(", ")}; /help lists all`;
}

/** One line for a method. */
export function helpLine({ address, types, description }: MethodDescription): OscMessage {
  return { address: "/help.reply", args: [text(address), text(types), text(description)] };
}
