/**
 * Renders the sounds of the example shows by ready patches, into `examples/shows/sounds`: some 33 MB that need not be downloaded.
 *
 *     deno task example:sounds
 */
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../examples/shows/sounds/", import.meta.url));
const root = fileURLToPath(new URL("../", import.meta.url));
const samples = fileURLToPath(new URL("../patches/samples/", import.meta.url));

interface Sound {
  readonly patch: string;
  readonly seconds: number;
  /** Seconds, address, arguments. */
  readonly events: readonly (readonly [number, string, ...number[]])[];
}

/** Notes that sound together from a second on, for a time. */
function chord(at: number, length: number, keys: readonly number[], velocity = 0.6) {
  return keys.flatMap((key, index): Sound["events"] => [
    [at, "/note", at * 100 + index, key, velocity],
    [at + length, "/off", at * 100 + index],
  ]);
}

export const renderedSounds: Readonly<Record<string, Sound>> = {
  "night": { patch: "drone", seconds: 24, events: [[0, "/filter/cutoffHz", 400]] },
  "wind": { patch: "pad", seconds: 16, events: chord(0, 12, [48, 55, 62], 0.3) },
  "overture": {
    patch: "pad",
    seconds: 16,
    events: [[48, 55, 64], [45, 52, 60], [41, 48, 57], [43, 50, 59]].flatMap((keys, index) =>
      chord(index * 3, 2.8, keys)
    ),
  },
  "bell": { patch: "harp", seconds: 5, events: chord(0, 0.1, [48, 60, 72], 0.9) },
  "music-box": {
    patch: "harp",
    seconds: 8,
    events: [72, 76, 79, 84, 79, 76].flatMap((key, index) => chord(index, 0.2, [key], 0.5)),
  },
  "march": {
    patch: "piano",
    seconds: 8,
    events: [48, 55, 48, 55, 50, 57].flatMap((key, index) => chord(index, 0.8, [key, key + 12], 0.7)),
  },
  "tone": { patch: "sines", seconds: 10, events: chord(0, 9.5, [69], 0.3) },
};

/** Recordings that come with the program, CC0. */
export const copiedSounds = {
  "door.flac": "kick.flac",
  "glass.wav": "glass.wav",
  "step.flac": "tom.flac",
  "knock.flac": "snap.flac",
};

async function render(name: string, { patch, seconds, events }: Sound): Promise<void> {
  const score = events.toSorted(([a], [b]) => a - b).map(([at, ...message]) => `${at} ${message.join(" ")}`);
  const file = await Deno.makeTempFile({ suffix: ".score" });
  await Deno.writeTextFile(file, score.join("\n") + "\n");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "main.ts", "render", patch, "--score", file],
      ...["--out", `${folder}${name}.wav`, "--seconds", `${seconds}`],
    ],
    cwd: root,
  }).output();
  await Deno.remove(file);
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  await Deno.mkdir(folder, { recursive: true });
  for (const [to, from] of Object.entries(copiedSounds)) await Deno.copyFile(samples + from, folder + to);
  for (const [name, sound] of Object.entries(renderedSounds)) {
    await render(name, sound);
    console.log(`${folder}${name}.wav`);
  }
}
