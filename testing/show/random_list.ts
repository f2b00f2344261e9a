import fc from "fast-check";
import type { CueDeed, CueList, ListedCue } from "../../show/playing/cue_list.ts";

const sampleRateHz = 10;

const frames = fc.integer({ min: 0, max: 6 });

type Plain = Pick<ListedCue, "preWait" | "postWait" | "continuation" | "armed"> & {
  readonly deed: PlainDeed;
};
type PlainDeed = CueDeed | {
  readonly kind: "tree";
  readonly mode: "simultaneous" | "sequence";
  readonly cues: Plain[];
};

const file = fc.record({ length: fc.integer({ min: 1, max: 12 }), fadeOut: frames }).map(
  ({ length, fadeOut }): PlainDeed => ({
    ...{ kind: "play", file: "a.wav", parts: [{ from: 0, to: length, count: 1 }], rate: 1, levelDb: 0 },
    ...{ fadeIn: 0, fadeOut, curve: "linear", routes: [{ channel: 1, bus: 1, gainDb: 0 }] },
  }),
);
const wait = frames.map((count): PlainDeed => ({ kind: "wait", frames: count }));
const stop = fc.record({ target: fc.integer({ min: 0, max: 9 }), fade: fc.option(frames) }).map(
  ({ target, fade }): PlainDeed => ({ kind: "stop", target: String(target), fade }),
);

const { cue } = fc.letrec<{ cue: Plain; deed: PlainDeed }>((tie) => ({
  cue: fc.record({
    preWait: fc.oneof(fc.constant(0), frames),
    postWait: fc.oneof(fc.constant(0), frames),
    continuation: fc.constantFrom("none", "auto-continue", "auto-follow"),
    armed: fc.integer({ min: 0, max: 9 }).map((draw) => draw > 0),
    deed: tie("deed"),
  }),
  deed: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    file,
    wait,
    stop,
    fc.record({
      kind: fc.constant("tree" as const),
      mode: fc.constantFrom("simultaneous", "sequence"),
      cues: fc.array(tie("cue"), { minLength: 1, maxLength: 4 }),
    }),
  ),
}));

/** Lists of files, waits, stops and groups, a few frames long each; the keys are numbers from 0 on. */
export const randomList: fc.Arbitrary<CueList> = fc.record({
  goGuard: fc.integer({ min: 0, max: 3 }),
  panic: fc.integer({ min: 0, max: 5 }),
  plain: fc.array(cue, { minLength: 1, maxLength: 6 }),
}).map(({ goGuard, panic, plain }) => {
  const cues: Record<string, ListedCue> = {};
  let count = 0;
  const add = ({ deed, ...rest }: Plain, parent: string | null): string => {
    const key = String(count++);
    const listed = (own: CueDeed): ListedCue => ({ ...rest, key, number: key, name: key, parent, deed: own });
    if (deed.kind !== "tree") cues[key] = listed(deed);
    else {
      const children = deed.cues.map((child) => add(child, key));
      const group = {
        kind: "group",
        mode: deed.mode,
        children,
        rounds: 1,
        shuffle: false,
        crossfade: 0,
      } as const;
      cues[key] = listed(group);
    }
    return key;
  };
  const order = plain.map((each) => add(each, null));
  return { sampleRateHz, goGuard, panic, seed: 1, order, cues };
});
