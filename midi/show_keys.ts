/** Keys and programs of MIDI that stand for GO and the like: `go=60, panic=61, back=p3`. Pure. */
import type { ShowEvent } from "../show/playing/show_event.ts";

const showKeyEvents = ["go", "stop", "pause", "resume", "panic", "back", "next"] as const;

/** What a key does, by `note` or `program` and its number. */
export type ShowKeys = ReadonlyMap<string, ShowEvent>;

/** Reads the setting; undefined where it is none. */
export function readShowKeys(text: string): ShowKeys | undefined {
  const keys = new Map<string, ShowEvent>();
  for (const item of text.split(",").map((part) => part.trim())) {
    const [, word, program, number] = /^(\w+)=(p?)(\d{1,3})$/.exec(item) ?? [];
    const event = showKeyEvents.find((name) => name === word);
    if (event === undefined || Number(number) > 127) return undefined;
    keys.set(`${program === "p" ? "program" : "note"} ${Number(number)}`, { event });
  }
  return keys;
}

/** What a channel message does to a show; undefined: nothing. The end of a note that begins something is nothing of the patch's. */
export function keyEvent(keys: ShowKeys, status: number, first: number): ShowEvent | undefined {
  const kind = status >> 4;
  return kind === 8 || kind === 9
    ? keys.get(`note ${first}`)
    : kind === 12
    ? keys.get(`program ${first}`)
    : undefined;
}
