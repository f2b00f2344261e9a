/** Short phrases, as scores, that let each ready patch be heard at once. */

/** A note that is let go of: the two lines of a score. */
function note(
  instrument: string,
  [atSeconds, number, velocity, seconds]: readonly [number, number, number, number],
) {
  return [
    `${atSeconds.toFixed(3)} /${instrument}/note ${number} ${velocity.toFixed(2)}`,
    `${(atSeconds + seconds).toFixed(3)} /${instrument}/off ${number}`,
  ];
}

/** Chords one after the other: when, its keys, how loud, how long, and how far apart its keys are struck. */
function chords(
  instrument: string,
  list:
    readonly (readonly [atSeconds: number, numbers: readonly number[], velocity: number, seconds: number])[],
  apartSeconds = 0.02,
): string[] {
  return list.flatMap(([atSeconds, numbers, velocity, seconds]) =>
    numbers.flatMap((number, index) =>
      note(instrument, [atSeconds + index * apartSeconds, number, velocity, seconds])
    )
  );
}

/** The phrase of an instrument without one of its own: a chord, note by note. */
const anyChord = [48, 55, 60, 64, 67] as const;

const phrases: Readonly<Record<string, readonly string[]>> = {
  piano: chords("piano", [
    [0, [38, 53, 57, 60, 64], 0.6, 1.8],
    [2, [43, 53, 57, 59, 64], 0.75, 1.8],
    [4, [36, 52, 55, 59, 62, 74], 0.85, 3.5],
  ]),
  bass: [
    [0, 28, 0.95, 0.2],
    [0.27, 28, 0.5, 0.1],
    [0.4, 40, 0.8, 0.12],
    [0.67, 28, 0.6, 0.12],
    [0.8, 31, 0.9, 0.25],
    [1.07, 28, 0.95, 0.2],
    [1.34, 26, 0.6, 0.1],
    [1.47, 28, 0.7, 0.15],
    [1.6, 38, 0.85, 0.17],
    [1.74, 40, 0.9, 0.2],
    [2.14, 28, 1, 1.2],
  ].flatMap((line) => note("bass", line as [number, number, number, number])),
  pad: chords("pad", [
    [0, [45, 52, 57, 60, 64, 71], 0.7, 4.5],
    [4.5, [41, 53, 57, 60, 64, 69], 0.8, 4.5],
  ], 0.1),
  harp: chords("harp", [
    [0, [36, 43, 48, 52, 55, 60, 64, 67, 72, 76], 0.7, 1.5],
    [2, [33, 40, 45, 52, 57, 60, 64, 69, 72, 76, 84], 0.85, 3],
  ], 0.15),
  // these two play by themselves
  drums: ["3.750 /tom/note 52 0.8", "3.900 /tom/off 52", "4.018 /tom/note 45 0.9", "4.200 /tom/off 45"],
  drone: [],
  rack: chords("probe", [
    [0, [52, 59, 64, 67], 0.7, 0.6],
    [1.5, [49, 56, 61, 64], 0.9, 1.5],
  ], 0.2),
  cues: [
    "0 /wind/note 60 0.9",
    "2 /tension/note 45 0.8",
    "2 /tension/note 52 0.8",
    "5 /bell/note 57 0.8",
    "5.5 /bell/off 57",
    "7 /wind/off 60",
    "7 /tension/off 45",
    "7 /tension/off 52",
  ],
  sampler: [
    ...chords("keys", [
      [0, [50, 57, 64, 65, 72], 0.6, 1.9],
      [2, [46, 53, 62, 65, 69], 0.7, 1.9],
      [4, [38, 50, 57, 65, 69, 76], 0.75, 3.5],
    ], 0.04),
    // two bars of four beats and the next stroke: the open hi-hat ends with the closed one
    ...[
      [0, 36, 0.9, 0.1],
      [0.5, 38, 0.8, 0.1],
      [0.75, 36, 0.7, 0.1],
      [1.25, 36, 0.7, 0.1],
      [1.5, 38, 0.85, 0.1],
      [1.75, 46, 0.7, 0.1],
      [2, 42, 0.8, 0.1],
      [2, 36, 0.9, 0.1],
      [2.5, 38, 0.8, 0.1],
      [2.75, 36, 0.7, 0.1],
      [3.25, 50, 0.8, 0.1],
      [3.5, 47, 0.8, 0.1],
      [3.75, 41, 0.9, 0.1],
      [4, 36, 0.9, 0.1],
      [4, 49, 0.8, 0.1],
    ].flatMap((line) => note("kit", line as [number, number, number, number])),
  ],
};

/**
 * The score of a short phrase: the patch's own, or a chord on its first instrument; empty when there is nothing to play
 * on, or when it plays by itself.
 *
 * @param nameOrFile as the patch was asked for; a file may be called like a ready patch and be another
 * @param instruments those of the patch
 */
export function phraseOf(nameOrFile: string, instruments: readonly string[]): string {
  const lines = Object.hasOwn(phrases, nameOrFile)
    ? phrases[nameOrFile]
    : instruments.slice(0, 1).flatMap((name) => chords(name, [[0, anyChord, 0.7, 1.6]], 0.2));
  return lines.map((line) => line + "\n").join("");
}
