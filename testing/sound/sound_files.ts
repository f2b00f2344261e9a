import assert from "node:assert/strict";
import { requirement } from "../requirement.ts";

/** Programs that write sound files, and the packages that bring them. */
const packages = {
  sox: "sox libsox-fmt-base",
  flac: "flac",
  oggenc: "vorbis-tools",
  opusenc: "opus-tools",
  lame: "lame",
  ffmpeg: "ffmpeg",
  "sndfile-convert": "sndfile-programs",
};

export type SoundProgram = keyof typeof packages;

/** Registers a test that makes its sound files with SoX, in a folder of its own. */
export function withSox(name: string, fn: (folder: string) => Promise<void>): void {
  withSoundPrograms(["sox"], name, fn);
}

/** Registers a test that makes its sound files with these programs, in a folder of its own. */
export function withSoundPrograms(
  commands: readonly SoundProgram[],
  name: string,
  fn: (folder: string) => Promise<void>,
): void {
  requirement({
    name,
    fn: async () => {
      const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "understudy-samples-" }));
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  }, { commands, install: `sudo apt-get install ${commands.map((command) => packages[command]).join(" ")}` });
}

/** Runs SoX with words divided by spaces. */
export async function sox(folder: string, command: string): Promise<void> {
  await run(folder, "sox", `-D -R -V1 ${command}`);
}

/** Runs a program with words divided by spaces. */
export async function run(folder: string, program: SoundProgram, command: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: command.split(" "),
    cwd: folder,
  }).output();
  const text = new TextDecoder();
  assert.ok(success, `${program} ${command}: ${text.decode(stdout)}${text.decode(stderr)}`);
}
