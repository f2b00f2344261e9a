/** GStreamer as a receiver of RTP that nobody here wrote: it merges packets by number and writes their samples to a file. */
import { until } from "../until.ts";

export const gstreamerNeeds = {
  commands: ["gst-launch-1.0"],
  install: "apt-get install gstreamer1.0-tools gstreamer1.0-plugins-good",
} as const;

export interface GstreamerOptions {
  /** Addresses and ports that it hears, one for each leg. */
  readonly legs: readonly { readonly address: string; readonly port: number }[];
  /** File that gets the samples, as they are in the packets. */
  readonly path: string;
  /** Program and arguments that start it somewhere else, as `ip netns exec NAME`; omitted: here. */
  readonly start?: (...command: string[]) => readonly [program: string, args: readonly string[]];
}

/** A stream with two channels of 24 bits at 48 kHz. Resolves when it listens. */
export async function startGstreamer(
  { legs, path, start = (program, ...args) => [program, args] }: GstreamerOptions,
): Promise<{ stop(): Promise<void> }> {
  const caps =
    "application/x-rtp,media=audio,clock-rate=48000,encoding-name=L24,channels=2,payload=97,encoding-params=(string)2";
  const sources = legs.flatMap(({ address, port }) => [
    ...["udpsrc", `port=${port}`, `address=${address}`, `caps=${caps}`, "!", "merged."],
  ]);
  const [program, args] = start(
    ...["gst-launch-1.0", "-v", "funnel", "name=merged", "!", "rtpjitterbuffer", "latency=2000"],
    ...["!", "rtpL24depay", "!", "filesink", "buffer-mode=unbuffered", `location=${path}`],
    ...sources,
  );
  const process = new Deno.Command(program, { args: [...args], stdout: "piped", stderr: "inherit" }).spawn();
  let said = "";
  const reading = (async () => {
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) said += text;
  })();
  await until("GStreamer listens", () => said.includes("Setting pipeline to PLAYING"));
  return {
    stop: async () => {
      process.kill("SIGINT");
      await process.status;
      await reading;
    },
  };
}
