/** Two legs over bad networks, one of them cut in the middle, to a receiver that nobody here wrote. */
import assert from "node:assert/strict";
import { SampleEncoder } from "../../engine/render/sample_format.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";
import { BadNetwork } from "../../testing/rtp/bad_network.ts";
import { gstreamerNeeds, startGstreamer } from "../../testing/rtp/gstreamer_receiver.ts";
import { assertSameBytes, networkSamples, PacketListener, withoutSilence } from "../../testing/rtp/packet_listener.ts";
import { until } from "../../testing/until.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];

requirement({
  name: "a leg that loses a third and is cut, and one that changes the order and doubles, give GStreamer the bytes of the render",
  fn: () =>
    inFolder(async (folder) => {
      console.error(`seed ${seed}`);
      const places = [new PacketListener(), new PacketListener()];
      const legs = places.map(({ port }) => ({ address: "127.0.0.1", port }));
      await Promise.all(places.map((place) => place.close()));
      const [session, path] = [`${folder}/played.session`, `${folder}/received.raw`];
      const receiver = await startGstreamer({ legs, path });
      const first = new BadNetwork({ to: legs[0].port, seed, lost: 1 / 3 });
      const second = new BadNetwork({ to: legs[1].port, seed: seed + 1, twice: 0.1, overtaken: 0.25 });
      try {
        const engine = await startTestEngine({
          environment: {
            UNDERSTUDY_DRIVER: "rtp",
            UNDERSTUDY_RTP_TO: `127.0.0.1:${first.port}`,
            UNDERSTUDY_RTP_SECOND_TO: `127.0.0.1:${second.port}`,
            UNDERSTUDY_SESSION: session,
          },
        });
        engine.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 0.5 }]);
        await engine.blocksPass(75);
        first.cut();
        await engine.blocksPass(75);
        await engine.stop();
        const { samples } = await renderAgain(session);
        const wanted = withoutSilence(networkSamples(new SampleEncoder("24").integers(samples), 3));
        const got = () => withoutSilence(Deno.readFileSync(path));
        await until("the end has arrived", () => got().length >= wanted.length);
        assertSameBytes(got(), wanted, "GStreamer");
        assert.ok(first.counts.lost > 0 && first.counts.cut > 0, JSON.stringify(first.counts));
        assert.ok(second.counts.twice > 0 && second.counts.overtaken > 0, JSON.stringify(second.counts));
      } finally {
        await receiver.stop();
        await Promise.all([first.close(), second.close()]);
      }
    }),
}, gstreamerNeeds);
