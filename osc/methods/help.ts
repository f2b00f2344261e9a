/** Texts that describe methods: the answers to `/help`, and the suggestions in errors. */
import { nearestFew } from "../../foundation/nearest.ts";
import { MessageRefusedError } from "../packet/arguments.ts";
import type { OscMessage } from "../packet/packet.ts";
import { text } from "../packet/reply.ts";
import type { MethodDescription } from "./method_description.ts";

const maxSuggestions = 3;

/** The addresses nearest to a wrong one, as the end of a sentence. */
export function suggestion(address: string, addresses: readonly string[]): string {
  const found = nearestFew(address, addresses, maxSuggestions);
  return `the nearest are ${found.join(", ")}; /help lists all`;
}

/** The method at an address. Throws {@link MessageRefusedError} with the nearest addresses. */
export function methodAt(address: string, methods: readonly MethodDescription[]): MethodDescription {
  const found = methods.find((method) => method.address === address);
  if (found) return found;
  throw new MessageRefusedError(
    `there is no address ${address.slice(0, 64)}; ${
      suggestion(address, methods.map((method) => method.address))
    }`,
  );
}

/** The description of one method. */
export function helpLine({ address, types, description }: MethodDescription): OscMessage {
  return { address: "/help.reply", args: [text(address), text(types), text(description)] };
}
