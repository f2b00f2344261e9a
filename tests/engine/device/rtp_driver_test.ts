/**
 * An engine whose sound leaves by RTP, and GStreamer as a receiver that nobody here wrote.
 *
 * Needs the machine alone: a receiver that nobody here wrote hears every packet in its time.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { RtpDriver } from "../../../engine/device/rtp_driver.ts";
import { SampleEncoder } from "../../../engine/render/sample_format.ts";
import { readDescription } from "../../../engine/rtp/session_description.ts";
import type { Log } from "../../../foundation/logging.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { requirement } from "../../../testing/requirement.ts";
import { gstreamerNeeds, startGstreamer } from "../../../testing/rtp/gstreamer_receiver.ts";
import { filledRings } from "../../../testing/rtp/filled_rings.ts";
import {
  assertSameBytes,
  networkSamples,
  PacketListener,
  withoutSilence,
} from "../../../testing/rtp/packet_listener.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();

function open(environment: Record<string, string>): { driver: RtpDriver; lines: string[] } {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  const { memory } = filledRings(1);
  const config = readConfig({ UNDERSTUDY_DRIVER: "rtp", ...environment });
  return { driver: RtpDriver.open({ native, memory, config, log }), lines };
}

/** The session's render as packets have it: 24 bits, the largest byte first. */
async function renderedBytes(session: string): Promise<Uint8Array<ArrayBuffer>> {
  const { samples } = await renderAgain(session);
  return withoutSilence(networkSamples(new SampleEncoder("24").integers(samples), 3));
}

Deno.test("the description is written to a file, and the way out is named", () =>
  inFolder(async (folder) => {
    const path = `${folder}/hall.sdp`;
    const { driver, lines } = open({
      UNDERSTUDY_RTP_TO: "127.0.0.1:5010",
      UNDERSTUDY_RTP_SDP: path,
      UNDERSTUDY_RTP_STREAM_CHANNELS: "1",
    });
    await driver.stop();
    assert.ok(!driver.alive && driver.detach());
    assert.equal(driver.device, "RTP: 127.0.0.1:5010, 127.0.0.1:5012");
    assert.match(lines.join(), /sends by/);
    const texts = [1, 2].map((number) => Deno.readTextFileSync(`${folder}/hall-${number}.sdp`));
    assert.deepEqual(texts, driver.descriptions);
    assert.match(texts[0], /IN IP4 127\.0\.0\.1\r\ns=Understudy 1/);
    assert.equal(readDescription(texts[1]).legs[0].port, 5_012);
  }));

Deno.test("an interface that is not there is named with those that are", () => {
  assert.throws(
    () => open({ UNDERSTUDY_RTP_TO: "127.0.0.1", UNDERSTUDY_RTP_INTERFACE: "eth77" }),
    /no network interface "eth77".*lo \(127\.0\.0\.1\)/,
  );
});

requirement(
  {
    name: "two legs carry the same packets, and GStreamer gets the bytes of the session's render from each",
    fn: () =>
      inFolder(async (folder) => {
        const places = [new PacketListener(), new PacketListener()];
        const ports = places.map(({ port }) => port);
        await Promise.all(places.map((place) => place.close()));
        const legs = ports.map((port) => ({ address: "127.0.0.1", port }));
        const paths = legs.map((_, leg) => `${folder}/leg-${leg}.raw`);
        const receivers = await Promise.all(
          legs.map((leg, index) => startGstreamer({ legs: [leg], path: paths[index] })),
        );
        const session = `${folder}/played.session`;
        try {
          const engine = await startTestEngine({
            environment: {
              UNDERSTUDY_DRIVER: "rtp",
              UNDERSTUDY_RTP_TO: `127.0.0.1:${ports[0]}`,
              UNDERSTUDY_RTP_SECOND_TO: `127.0.0.1:${ports[1]}`,
              UNDERSTUDY_SESSION: session,
            },
          });
          const status = engine.engine.status();
          assert.equal(status.driver, "rtp");
          assert.ok(status.rtp!.packets > 0);
          engine.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 0.5 }]);
          // so short that all of it fits into the socket of a receiver that gets no processor meanwhile
          await engine.blocksPass(40);
          await engine.stop();
          const wanted = await renderedBytes(session);
          for (const path of paths) {
            const got = () => withoutSilence(Deno.readFileSync(path));
            await until("the end has arrived", () => got().length >= wanted.length);
            assertSameBytes(got(), wanted, path);
          }
        } finally {
          await Promise.all(receivers.map((receiver) => receiver.stop()));
        }
      }),
  },
  gstreamerNeeds,
);
