import assert from "node:assert/strict";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { listeningMethods } from "../../../osc/methods/listening_methods.ts";
import { Feedback } from "../../../osc/subscriptions/feedback.ts";
import { Meters } from "../../../osc/subscriptions/meters.ts";
import { Notifications } from "../../../osc/subscriptions/notifications.ts";
import { messageText } from "../../../testing/osc/message_text.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";
import { UdpClient } from "../../../testing/osc/udp_client.ts";
import { until } from "../../../testing/until.ts";

Deno.test("a subscriber receives faults, roles, lockstep and silence, until it leaves", () =>
  withOscServer(async (client, { engine, lockstep }) => {
    await lockstep();
    assert.ok((await client.ask("/notify", "i", 1)).includes("/notify.reply 300"));
    await client.ask("/note", "if", 60, 1);
    await until("the note is counted as a voice", () => engine.voices()[0] === 1);
    await client.ask("/engine/fault", "ss", "kill", "primary");
    // on a busy machine its silence may be seen before its exit
    const isFault = (text: string) => /^\/event\/fault primary \d+ (exit|hang) \d+$/.test(text);
    await until("the fault, its successor, and that the engine is whole again", () => {
      const texts = client.answers.map(messageText);
      const since = texts.slice(texts.findIndex(isFault));
      return isFault(since[0]) && since.some((text) => /^\/event\/role primary \d+$/.test(text)) &&
        since.some((text) => text.startsWith("/event/lockstep "));
    });
    await client.ask("/panic");
    await until("silence is told", () => client.heard("/event/silent").length > 0);
    assert.equal(client.heard("/event/silent")[0], "/event/silent keys");
    await client.ask("/notify", "i", 0);
    const before = client.answers.filter(({ address }) => address.startsWith("/event/")).length;
    await client.ask("/engine/failover");
    await client.ask("/sync", "i", 1);
    assert.equal(client.answers.filter(({ address }) => address.startsWith("/event/")).length, before);
    assert.match((await client.ask("/notify", "i", 2))[0], /expected 0 or 1, found 2/);
  }));

Deno.test("meters come with a peak for each channel, follow the pan, and end when asked", () =>
  withOscServer(async (client, { address }) => {
    await client.ask("/keys/pan", "f", -1);
    for (const level of ["/echo/gainDb", "/reverb/gainDb"]) await client.ask(level, "f", -90);
    await client.ask("/chorus/mix", "f", 0);
    await client.ask("/meters", "f", 60);
    await client.ask("/note", "if", 48, 1);
    const loudLeft = () =>
      client.answers.some(({ address, args }) => {
        const [left, right] = args.map((arg) => (arg as { value: number }).value);
        return address === "/meters" && left > 0.01 && right < left / 100;
      });
    await until("the left is loud", loudLeft);
    await client.ask("/meters", "i", 0);
    const count = client.heard("/meters").length;
    const other = new UdpClient(address);
    await other.ask("/meters", "f", 60);
    await until("meters go on for another", () => other.heard("/meters").length >= 5);
    await other.close();
    assert.equal(client.heard("/meters").length, count);
    assert.match((await client.ask("/meters", "f", 1_000))[0], /expected 0, or 0.5 to 60 Hz, found 1000/);
  }));

Deno.test("a sender that turns its answers off gets only errors and what it asks for; others are answered as before", () =>
  withOscServer(async (client, { address, engine }) => {
    const other = new UdpClient(address);
    await client.say("/answer", "i", 0);
    await until("it is said", () => client.heard("/answer.reply").length === 1);
    assert.deepEqual(client.heard("/answer.reply"), ["/answer.reply 0"]);
    for (const value of [0.1, 0.2, 0.3]) await client.say("/keys/pan", "f", value);
    await client.send({
      timeTag: immediately,
      elements: [0.4, 0.5].map((value) => ({ address: "/keys/pan", args: [{ type: "f", value }] })),
    });
    await client.say("/keys/pan", "f", 99);
    await client.say("/get", "s", "/keys/pan");
    await until("what was asked for is there", () => client.heard("/get.reply").length === 1);
    assert.deepEqual(client.heard("/get.reply"), ["/get.reply /keys/pan 0.5"]);
    assert.equal(client.heard("/fail").length, 1);
    assert.match(client.heard("/fail")[0], /^\/fail \/keys\/pan expected/);
    assert.deepEqual(client.heard("/done"), []);
    assert.deepEqual(await other.ask("/keys/pan", "f", 0.25), ["/done /keys/pan"]);
    await client.ask("/answer", "i", 1);
    assert.deepEqual(await client.ask("/keys/pan", "f", 0.75), ["/done /keys/pan"]);
    const pan = engine.parameters.findIndex((parameter) => parameter.address === "keys/pan");
    assert.equal(engine.parameterValue(pan), 0.75);
    await other.close();
  }));

Deno.test("with a secret only senders that said it change the sound; all may ask", () => {
  const clock = { ms: 0 };
  return withOscServer(async (client, { engine, address }) => {
    const other = new UdpClient(address);
    for (
      const [what, types, ...args] of [["/note", "if", 60, 1], ["/keys", "sf", "q", 2], ["/clear"], ["/quit"]]
    ) {
      const [answer] = await client.ask(String(what), String(types ?? ""), ...args);
      assert.match(answer, /^\/fail .*log in first/);
    }
    const { default: q } = engine.parameters.find((parameter) => parameter.address === "keys/q")!;
    assert.equal((await client.ask("/get", "s", "/keys/q"))[0], `/get.reply /keys/q ${Math.fround(q)}`);
    assert.match((await client.ask("/login", "s", "wrong wrong"))[0], /not the secret; try again in 1 s/);
    assert.match((await client.ask("/login", "s", "open sesame"))[0], /too many wrong secrets/);
    clock.ms += 1_100;
    assert.deepEqual(await client.ask("/login", "s", "open sesame"), ["/done /login"]);
    assert.deepEqual(await client.ask("/keys", "sf", "q", 2), ["/done /keys"]);
    assert.match((await other.ask("/note", "if", 60, 1))[0], /log in first/);
    await other.close();
    assert.equal(engine.voices()[0], 0);
  }, { secret: "open sesame", nowMs: () => clock.ms });
});

Deno.test("a read-only network may ask and listen, and change nothing", () =>
  withOscServer(async (client) => {
    assert.match((await client.ask("/note", "if", 60, 1))[0], /^\/fail \/note 127\.0\.0\.1 may only read/);
    assert.match((await client.ask("/dump", "i", 1))[0], /may only read/);
    assert.equal((await client.ask("/notify", "i", 1)).at(-1), "/done /notify");
    assert.ok((await client.ask("/sync", "i", 5)).includes("/synced 5")); // beside an event
  }, { allow: "", readOnly: "127.0.0.1" }));

Deno.test("every admitted sender may listen and log in: these methods need no right to change the sound", () =>
  withOscServer((_, { engine }) => {
    const parts = {
      access: AccessControl.local(),
      notifications: new Notifications(engine),
      meters: new Meters(engine),
      feedback: new Feedback(engine),
      setAnswers: () => {},
    };
    const methods = listeningMethods(parts);
    assert.deepEqual(methods.filter(({ access }) => access !== "read"), []);
    const addresses = methods.map(({ address }) => address);
    assert.deepEqual(addresses, ["/feedback", "/answer", "/reply/port", "/notify", "/meters", "/login"]);
    for (const part of [parts.notifications, parts.meters, parts.feedback]) part.stop();
    return Promise.resolve();
  }));

Deno.test("answers, values and events go to the port of its host that a sender names; a bad one is refused", () =>
  withOscServer(async (client, { address }) => {
    const surface = new UdpClient(address);
    assert.match((await client.ask("/reply/port", "i", 53))[0], /expected 0, or 1024 to 65535, found 53/);
    const own = Number(address.split(":")[1]);
    assert.match((await client.ask("/reply/port", "i", own))[0], /is the engine's own port/);
    await client.ask("/feedback", "i", 1);
    await client.say("/reply/port", "f", surface.port);
    await until("it is confirmed there", () => surface.heard("/done").includes("/done /reply/port"));
    const before = client.answers.length;
    await surface.ask("/keys/cutoffHz", "f", 1_234);
    await until("the value is there", () => surface.heard("/keys/cutoffHz").includes("/keys/cutoffHz 1234"));
    await client.say("/meters", "i", 50);
    await until("the meters too", () => surface.heard("/meters").length > 0);
    assert.equal(client.answers.length, before);
    await client.say("/meters", "i", 0);
    assert.deepEqual(await client.ask("/reply/port", "i", 0), ["/done /reply/port"]);
    await surface.close();
  }));
