import assert from "node:assert/strict";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import { KeptListeners, type Listening } from "../../../osc/subscriptions/kept_listeners.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { serveOsc } from "../../../testing/osc/osc_server.ts";
import { UdpClient } from "../../../testing/osc/udp_client.ts";
import { until } from "../../../testing/until.ts";

const none: Listening = { notifications: [], meters: [], feedback: [], unanswered: [], logins: [] };

Deno.test("who listened, or had logged in, to the process before gets the same from the next one, and is told that it came", () =>
  inFolder(async (folder) => {
    const { native } = await nativeForTests();
    const started = await startTestEngine({
      driver: "manual",
      patch: (format) => compilePatch("keys", format),
    });
    const access = () =>
      new AccessControl({
        allow: new NetworkList("127.0.0.0/8"),
        readOnly: new NetworkList(""),
        secret: "x",
      });
    const first = serveOsc(native, { engine: started.engine, access: access() });
    const client = new UdpClient(`127.0.0.1:${first.port}`);
    await client.ask("/login", "s", "x");
    await client.ask("/notify", "i", 1);
    await client.ask("/meters", "f", 20);
    await client.ask("/feedback", "i", 1);
    await client.say("/answer", "i", 0);
    await until("it is not answered any more", () => client.heard("/answer.reply").length === 1);
    const file = `${folder}/listeners.json`;
    new KeptListeners(file, () => first.space.listening()).stop();
    assert.equal(KeptListeners.read(file), undefined, "nothing is written before the first look");
    const kept = new KeptListeners(file, () => first.space.listening());
    await until("it is written", () => KeptListeners.read(file) !== undefined);
    kept.stop();
    await first.stop();

    const before = KeptListeners.read(file)!;
    assert.deepEqual(
      [
        before.notifications.length,
        before.meters[0][1],
        before.feedback,
        before.unanswered,
        before.logins,
      ],
      [1, 20, ...new Array(3).fill(before.notifications)],
    );
    client.answers.length = 0;
    const rights = access();
    const next = serveOsc(native, { engine: started.engine, access: rights });
    next.space.resume(before, (key) => next.listener.senderOf(key), 2);
    assert.deepEqual(next.space.listening(), before);
    await until("it is told", () => client.heard("/event/control").length > 0);
    assert.deepEqual(client.heard("/event/control"), ["/event/control 2"], "once");
    await until("levels come", () => client.heard("/meters").length > 0);
    await until("values come", () => client.heard("/master/gainDb").length > 0);
    rights.check(next.listener.senderOf(before.logins[0]), "change");
    await client.close();
    await next.stop();
    await started.stop();
  }));

Deno.test("only senders over UDP are kept, and a folder that was cleared is written to again", () =>
  inFolder(async (folder) => {
    const file = `${folder}/run/listeners.json`;
    const connections = ["tcp 127.0.0.1:9", "ws [::1]:9"];
    const listening: Listening = {
      notifications: [...connections, "127.0.0.1:9"],
      meters: [["tcp 127.0.0.1:9", 5], ["[::1]:9", 6]],
      feedback: connections,
      unanswered: connections,
      logins: connections,
    };
    const kept = new KeptListeners(file, () => listening);
    kept.save();
    assert.equal(KeptListeners.read(file), undefined);
    await Deno.mkdir(`${folder}/run`);
    kept.save();
    kept.stop();
    assert.deepEqual(KeptListeners.read(file), {
      ...none,
      notifications: ["127.0.0.1:9"],
      meters: [["[::1]:9", 6]],
    });
  }));
