import { isBundle, type OscBundle, type OscMessage } from "./packet.ts";

/** Addresses that engines send and never obey. */
const answers: ReadonlySet<string> = new Set([
  "/done",
  "/fail",
  "/late",
  "/dropped",
  "/synced",
  "/event",
  "/tree.patch",
  "/tree.instrument",
  "/tree.parameter",
]);

/**
 * Whether a message is what an engine sends: an answer, an event, or the levels of several channels. One that arrives here
 * comes from another engine, or was sent back by an echo. To answer it would begin an exchange without end.
 */
function isEngineAnswer({ address, args }: OscMessage): boolean {
  return answers.has(address) || address.startsWith("/event/") || address.endsWith(".reply") ||
    (address === "/meters" && args.length > 1);
}

/**
 * A packet without the answers of engines in it; the same object where there are none.
 *
 * @param onAnswer called for each that is left out
 * @returns undefined where nothing else is in it
 */
export function withoutAnswers<P extends OscMessage | OscBundle>(
  packet: P,
  onAnswer: () => void,
): P | undefined {
  if (!isBundle(packet)) {
    if (!isEngineAnswer(packet)) return packet;
    onAnswer();
    return undefined;
  }
  const kept = packet.elements.map((element) => withoutAnswers(element, onAnswer));
  if (kept.every((element, index) => element === packet.elements[index])) return packet;
  const elements = kept.filter((element) => element !== undefined);
  return elements.length === 0 ? undefined : { ...packet, elements };
}
