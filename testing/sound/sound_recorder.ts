import { until } from "../until.ts";
import type { SoundServer } from "./sound_server.ts";

const bytesPerSample = 4;

/** Frames that the recorder holds until a busy machine lets it write them: it ends when they do not fit. */
const bufferFrames = 2 ** 20;

export interface RecordedPorts {
  /** Name of a port, with `%d` where its number stands. */
  readonly pattern: string;
  /** Number of the first one. */
  readonly first: number;
  /** How many; omitted: two. */
  readonly channels?: number;
}

/** An independent client, `jack-record`: it records ports of a sound server into a WAV file. */
export interface SoundRecorder {
  /** Waits until the file is longer by this number of frames. */
  framesPass(frames: number): Promise<void>;
  /** Ends the recording; the file is complete then. */
  stop(): Promise<void>;
}

/** Starts the recording of ports, one for each channel, and waits until all are connected. */
export async function startSoundRecorder(
  server: SoundServer,
  { pattern, first, channels = 2 }: RecordedPorts,
  path: string,
): Promise<SoundRecorder> {
  const { env } = server;
  // jack-record counts channels from 1
  const args = [
    "-b",
    String(bufferFrames),
    "-n",
    String(channels),
    "-o",
    String(first - 1),
    "-p",
    pattern,
    path,
  ];
  const ports = Array.from(
    { length: channels },
    (_, channel) => pattern.replace("%d", String(first + channel)),
  );
  const process = new Deno.Command("jack-record", { args, env, stdout: "null", stderr: "piped" }).spawn();
  const said = new Response(process.stderr).text();
  let ended: string | undefined;
  process.status.then(async ({ code }) => ended = `jack-record ended with ${code}: ${(await said).trim()}`);
  let connected = "";
  const deadlineMs = performance.now() + 60_000;
  // the recorder may stand anywhere among the connections of a port
  const isConnected = (port: string) => new RegExp(`\\n${port}(\\n   .*)*\\n   jack-record`).test(connected);
  while (!ports.every(isConnected)) {
    if (performance.now() > deadlineMs) {
      throw new Error(`jack-record did not connect to ${ports.join(" and ")}:${connected}`);
    }
    const { stdout } = await new Deno.Command("jack_lsp", { args: ["-c"], env }).output();
    connected = `\n${new TextDecoder().decode(stdout)}`;
  }
  const bytes = () => Deno.statSync(path).size;
  return {
    framesPass: async (frames) => {
      const wanted = bytes() + frames * channels * bytesPerSample;
      await until(`${frames} more frames in ${path}`, () => {
        if (ended !== undefined) throw new Error(ended);
        return bytes() >= wanted;
      });
    },
    stop: async () => {
      if (ended === undefined) process.kill("SIGINT");
      await process.status;
      await said;
    },
  };
}
