/**
 * An engine that sends over two networks to a machine with two receivers: GStreamer, and `understudy receive`. One network loses a
 * third of all packets and is cut in the middle, the other one changes their order and sends some twice. Needs real time: two
 * processes and a network play by the clock.
 */
import assert from "node:assert/strict";
import type { ReceiveStatus } from "../../cli/receive.ts";
import { SampleEncoder } from "../../engine/render/sample_format.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";
import { gstreamerNeeds, startGstreamer } from "../../testing/rtp/gstreamer_receiver.ts";
import { assertSameBytes, networkSamples, withoutSilence } from "../../testing/rtp/packet_listener.ts";
import { mayMakeNetworks, withTwoNetworks } from "../../testing/rtp/two_networks.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../../", import.meta.url);
const [port, ourPort] = [5_004, 5_006];

/** A program on one of the machines, with the lines that it prints. */
function program(args: readonly string[], environment: Record<string, string>) {
  const process = new Deno.Command("ip", {
    args: [...args],
    cwd: root,
    env: environment,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = { out: "", errors: "" };
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, name: keyof typeof printed) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) printed[name] += text;
  };
  const reading = Promise.all([read(process.stdout, "out"), read(process.stderr, "errors")]);
  return {
    printed,
    /** Returns the exit code. */
    stop: async () => {
      process.kill("SIGINT");
      const { code } = await process.status;
      await reading;
      return code;
    },
  };
}

requirement(
  {
    name:
      "over two bad networks, one of them cut, GStreamer gets the bytes of the session's render and our receiver loses nothing",
    fn: () =>
      inFolder((folder) =>
        withTwoNetworks(async ({ addresses: [first, second], on, spoil, cut }) => {
          const [session, received] = [`${folder}/s.session`, `${folder}/received.raw`];
          await spoil(0, "loss", "33%");
          await spoil(1, "delay", "3ms", "2ms", "reorder", "25%", "duplicate", "10%");
          const gstreamer = await startGstreamer({
            legs: [{ address: first, port }, { address: second, port }],
            path: received,
            start: (...command) => ["ip", on("receiver", ...command)],
          });
          // both receivers of the machine cannot have one port: ours hears the third and fourth output
          const receiver = program(
            on(
              ...["receiver", Deno.execPath(), "run", "-A", "main.ts", "receive"] as const,
              ...[`${first}:${ourPort}`, `${second}:${ourPort}`, "--json", "--latency", "100"],
            ),
            { UNDERSTUDY_DRIVER: "clock" },
          );
          const engine = program(
            on(...["sender", Deno.execPath(), "run", "-A", "main.ts", "start", "drone"] as const),
            {
              UNDERSTUDY_DRIVER: "rtp",
              UNDERSTUDY_RTP_TO: `${first}:${port}`,
              UNDERSTUDY_RTP_SECOND_TO: `${second}:${port}`,
              UNDERSTUDY_RTP_STREAM_CHANNELS: "2",
              UNDERSTUDY_CHANNELS: "4",
              UNDERSTUDY_SESSION: session,
              UNDERSTUDY_MDNS: "off",
            },
          );
          let code: number;
          const bytesNow = () => Deno.readFileSync(received).length;
          try {
            await until("sound arrives", () => withoutSilence(Deno.readFileSync(received)).length > 0);
            const before = bytesNow();
            await until("a second of it", () => bytesNow() > before + 48_000 * 6);
            await cut(0);
            const cutAt = bytesNow();
            await until("another second, over one network", () => bytesNow() > cutAt + 48_000 * 6);
          } finally {
            code = await engine.stop();
          }
          assert.equal(code, 0, engine.printed.errors);
          const { samples } = await renderAgain(session);
          const stereo = samples.filter((_, index) => index % 4 < 2);
          const wanted = withoutSilence(networkSamples(new SampleEncoder("24").integers(stereo), 3));
          const got = () => withoutSilence(Deno.readFileSync(received));
          await until("the end has arrived", () => got().length >= wanted.length);
          await gstreamer.stop();
          assert.equal(await receiver.stop(), 0, receiver.printed.errors);
          assertSameBytes(got(), wanted, "GStreamer");
          const last = JSON.parse(receiver.printed.out.trim().split("\n").at(-1)!) as ReceiveStatus;
          const [one, other] = last.legs.toSorted((a, b) => a.packets - b.packets);
          assert.ok(one.packets > 0 && other.packets > one.packets, "one was spoilt and cut");
          assert.ok(other.duplicates > 0 && one.first > 0, "both were used");
          assert.deepEqual([one.differing, other.differing], [0, 0], "both send the same");
        })
      ),
  },
  {
    commands: ["ip", "tc", ...gstreamerNeeds.commands],
    rights: { "the right to make network namespaces": mayMakeNetworks() },
    install: `${gstreamerNeeds.install} iproute2`,
  },
);
