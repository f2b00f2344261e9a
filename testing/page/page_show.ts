/** A show for the page: long sounds, a vamp, a group, fades and notes, of tones that the caller's folder gets. */
import type { ShowInput } from "../../show/mod.ts";
import { chunk, wav, wavFormat } from "../sound/riff_bytes.ts";

const sampleRateHz = 48_000;

const show: ShowInput = {
  name: "Hamlet, act one",
  goGuardSeconds: 0.3,
  panicSeconds: 2,
  outputs: { foh: [1, 2] },
  cues: [
    {
      number: 1,
      name: "preset",
      memo: "House lights to half, doors shut.",
      notes: "wait for front of house",
    },
    {
      number: 2,
      name: "wind on the ramparts",
      play: "wind.wav",
      loops: "forever",
      fadeInSeconds: 3,
      levelDb: -12,
      colour: "blue",
    },
    {
      ...{ number: 3, name: "bell", play: "bell.wav", levelDb: -6, colour: "yellow" },
      ...{ notes: 'On "Who\'s there?", not before the lantern is seen', preWaitSeconds: 0.5 },
      ...{ continue: "auto-continue", postWaitSeconds: 1.5 },
    },
    { number: 4, name: "wind under the scene", fade: 2, toDb: -24, seconds: 6, colour: "blue" },
    {
      ...{ number: 5, name: "the ghost", colour: "purple", notes: 'On "Look, where it comes again!"' },
      group: [
        { number: "5.1", name: "drone", play: "drone.wav", levelDb: -9, fadeInSeconds: 2, fadeOutSeconds: 4 },
        { number: "5.2", name: "breath", play: "wind.wav", levelDb: -18, preWaitSeconds: 2, endSeconds: 12 },
      ],
    },
    { number: 6, name: "cock crows", play: "bell.wav", rate: 2, colour: "orange", continue: "auto-follow" },
    { number: 7, name: "the ghost leaves", fade: 5.1, seconds: 4, thenStop: true, colour: "purple" },
    { number: 8, name: "old bell", play: "bell.wav", armed: false, notes: "cut since the dress rehearsal" },
    { number: 9, name: "dawn", stop: "all", seconds: 8, colour: "red", notes: "With the last light" },
  ],
};

/** Writes the show and its sounds into a folder. Returns the path of the show. */
export async function writePageShow(folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const tones = { "wind.wav": [174, 20], "bell.wav": [392, 9], "drone.wav": [87, 75] } as const;
  for (const [name, [hz, seconds]] of Object.entries(tones)) {
    await Deno.writeFile(`${folder}/${name}`, toneFile(hz, seconds));
  }
  const file = `${folder}/hamlet.json`;
  await Deno.writeTextFile(file, `${JSON.stringify(show, undefined, 2)}\n`);
  return file;
}

function toneFile(hz: number, seconds: number): Uint8Array<ArrayBuffer> {
  const samples = Int16Array.from(
    { length: seconds * sampleRateHz },
    (_, frame) => 8_000 * Math.sin(2 * Math.PI * hz * frame / sampleRateHz),
  );
  return wav(wavFormat({ sampleRateHz }), chunk("data", new Uint8Array(samples.buffer)));
}
