/**
 * Programs that speak to QLab, against a show here. The messages of Bitfocus Companion are those of its module
 * `companion-module-figure53-qlab-advance` 2.14.1 (github.com/bitfocus), files `qlabfb.js` and `actions.js`, in the order in which it
 * sends them when it is connected by TCP to a workspace without a passcode.
 */
import assert from "node:assert/strict";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import type { OscArgument } from "../../../osc/packet/packet.ts";
import { scalar, text } from "../../../osc/packet/reply.ts";
import { QlabSpace } from "../../../osc/qlab/qlab_space.ts";
import { TcpListener } from "../../../osc/transport/tcp_listener.ts";
import { UdpListener } from "../../../osc/transport/udp_listener.ts";
import { messageText } from "../../../testing/osc/message_text.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { TcpClient } from "../../../testing/osc/tcp_client.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { UdpClient } from "../../../testing/osc/udp_client.ts";
import { until } from "../../../testing/until.ts";
import { type RemoteShow, remoteShow } from "../../../testing/show/remote_show.ts";

const show = (): RemoteShow =>
  remoteShow(
    `{ "name": "Hamlet", "cues": [
  { "number": 1, "name": "rain", "play": "rain.wav" },
  { "number": 2, "name": "storm", "group": [{ "number": 3, "name": "thunder", "play": "thunder.wav" }] }
] }`,
    { "rain.wav": 96_000, "thunder.wav": 48_000 },
  );

function spaceOf(
  remote: RemoteShow | undefined,
  options: Partial<ConstructorParameters<typeof QlabSpace>[0]> = {},
) {
  const due: (() => void)[] = [];
  const access = AccessControl.local();
  const space = new QlabSpace({
    ...{
      show: () => remote,
      access,
      version: "1.2.3",
      hasSecret: false,
      later: (work) => void due.push(work),
    },
    ...options,
  });
  return { space, update: () => due.splice(0).forEach((work) => work()) };
}

type Reply = { address: string; status: string; data?: unknown; workspace_id?: string };

/** Sends a message and returns what is answered, as the reader of Companion sees it: the last word, and the JSON. */
function asking(space: QlabSpace, sender = senderAt("127.0.0.1")) {
  return (address: string, ...args: OscArgument[]): Reply[] => {
    space.begin({ address, args }, sender);
    return sender.replies.splice(0).map(({ address: replied, args: [json] }) => {
      const reply = JSON.parse((json as { value: string }).value) as Reply;
      assert.equal(replied, `/reply${reply.address}`);
      return reply;
    });
  };
}

/** Keys of `qCueRequest`. */
const keys = text(
  '["number","uniqueID","listName","type","mode","isPaused","duration","actionElapsed", "preWait", "postWait","parent",' +
    '"flagged","notes","autoLoad","colorName","isRunning","isAuditioning","isLoaded","armed",' +
    '"isBroken","continueMode","percentActionElapsed","cartPosition","infiniteLoop","holdLastFrame"]',
);

Deno.test("Companion's conversation by TCP: it connects, learns the list, subscribes, presses GO and follows what runs", async () => {
  const remote = show();
  const { space, update } = spaceOf(remote);
  const listener = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing: "auto" });
  listener.serve(new TestAdmission(space));
  const client = await TcpClient.connect(listener.address, "slip");
  const read = async (): Promise<[string, Reply]> => {
    const [address, ...rest] = (await client.answer())!.split(" ");
    return [address, rest.length === 0 || !rest[0].startsWith("{") ? rest : JSON.parse(rest.join(" "))];
  };
  const ask = async (address: string, ...args: OscArgument[]): Promise<unknown> => {
    await client.send({ address, args });
    const [replied, { status, data }] = await read();
    assert.deepEqual([replied, status], [`/reply${address}`, "ok"]);
    return data;
  };
  // `ready` and `prime_vars`
  assert.equal(await ask("/connect"), "ok:view|control");
  assert.equal(parseInt(await ask("/version") as string), 5);
  const [{ uniqueID: workspace, displayName }] = await ask("/workspaces") as Record<string, string>[];
  assert.equal(displayName, "Hamlet");
  const prefix = `/workspace/${workspace}`;
  const playhead = await ask(`${prefix}/playheadID`) as string;
  assert.equal(await ask("/updates"), true);
  assert.equal(await ask("/updates", scalar(1)), true);
  const [list] = await ask(`${prefix}/cueLists`) as {
    uniqueID: string;
    cues: { uniqueID: string; cues?: unknown[] }[];
  }[];
  assert.equal(list.cues[0].uniqueID, playhead);
  assert.equal(list.cues[1].cues?.length, 1);
  for (
    const word of ["selectedCues", "alwaysAudition", "auditionMonitors", "overrideWindow", "liveFadePreview"]
  ) {
    await ask(`/${word}`);
  }
  assert.equal(await ask(`${prefix}/showMode`), true);
  assert.equal(await ask(`${prefix}/settings/general/minGoTime`), 0.3);
  await ask("/overrides/mscInputEnabled");
  // the action `go`; then what changed is told, and asked for
  await client.send({ address: `${prefix}/go`, args: [] });
  assert.equal(await ask("/thump"), "thump");
  update();
  const updates: string[] = [];
  while (updates.length < 4) updates.push((await client.answer())!);
  assert.deepEqual(updates, [
    `/update${prefix}/cue_id/${playhead}`,
    `/update${prefix}/cue_id/${list.uniqueID}`,
    `/update${prefix}/cueList/${list.uniqueID}/playbackPosition ${list.cues[1].uniqueID}`,
    `/update${prefix}/cue_id/__root__`,
  ]);
  remote.playTo(24_000);
  const values = await ask(`${prefix}/cue_id/${playhead}/valuesForKeys`, keys) as Record<string, unknown>;
  assert.deepEqual([values.isRunning, values.percentActionElapsed, values.listName], [true, 0.25, "rain"]);
  const active = await ask(`${prefix}/cue/active/valuesForKeys`, keys) as unknown[];
  assert.deepEqual(active, [values]);
  client.close();
  await listener.stop();
  space.stop();
});

/** Messages of the module's actions, with what becomes of them: done, answered, or refused with a reason. */
const actions: readonly (readonly [string, "done" | "data" | RegExp, ...OscArgument[]])[] = [
  ["/go", "done"],
  ["/auditionGo", /there is no audition/],
  ["/stop", "done"],
  ["/cue/selected/go", "done"],
  ["/cue/1/stop", "done"],
  ["/cue/1/loadAt", "done", scalar(0), scalar(1)],
  ["/select/next", "done"],
  ["/select/2", "done"],
  ["/cue/selected/addSliceMarker", /no such word/],
  ["/playhead/previous", "done"],
  ["/playhead/nextSequence", "done"],
  ["/pause", "done"],
  ["/resume", "done"],
  ["/cue/1/start", "done"],
  ["/cue/active/togglePause", "done"],
  ["/cue/playhead/pause", "done"],
  ["/cue/selected/stop", "done"],
  ["/panic", "done"],
  ["/panicInTime", "done", { type: "f", value: 2 }],
  ["/reset", "done"],
  ["/cue/selected/load", "done"],
  ["/cue/selected/preview", /use start/],
  ["/playhead/2", "done"],
  ["/cue/1/panic", "done"],
  ["/cue/1/panicInTime", "done", { type: "f", value: 2 }],
  ["/cue/1/audition", /use start/],
  ["/showMode", /not changed/, scalar(0)],
  ["/settings/general/minGoTime", /not changed/, { type: "f", value: 1 }],
  ["/cue/1/name", /show page/, text("x")],
  ["/cue/selected/preWait/+", /show page/, { type: "f", value: 1 }],
  ["/cue/1/armed", "data"],
  ["/cue/1/armed", "done", scalar(0)],
  ["/cue/selected/armed", "done", scalar(1)],
  ["/cue/1/flagged", "data"],
  ["/cue/1/children", "data"],
  ["/runningOrPausedCues", "data"],
  ["/doubleGoWindowRemaining", "data"],
];

Deno.test("every action of Companion is done, answered, or refused with a reason", () => {
  const remote = show();
  const ask = asking(spaceOf(remote).space);
  for (const [address, expected, ...args] of actions) {
    const before = remote.pressed.length;
    const replies = ask(address, ...args);
    if (expected === "done") {
      assert.deepEqual(replies, [], address);
      assert.ok(remote.pressed.length > before, address);
      continue;
    }
    assert.equal(replies.length, 1, address);
    assert.equal(replies[0].status, expected === "data" ? "ok" : "error", address);
    if (expected !== "data") assert.match(replies[0].data as string, expected);
    assert.equal(remote.pressed.length, before, address);
  }
});

Deno.test("a button that is let go of presses nothing, and a zero that is a number is one", () => {
  const remote = show();
  const ask = asking(spaceOf(remote).space);
  const released: readonly OscArgument[] = [scalar(0), { type: "f", value: 0 }, { type: "F" }];
  for (const address of ["/go", "/go/1", "/stop", "/cue/1/start", "/playhead/2", "/playhead/next"]) {
    for (const argument of released) assert.deepEqual(ask(address, argument), [], address);
  }
  assert.deepEqual(remote.pressed, []);
  ask("/go", { type: "f", value: 1 });
  assert.deepEqual(remote.pressed, [{ event: "go" }]);
  ask("/panicInTime", scalar(0));
  assert.equal(remote.pressed.length, 3, "silent at once");
  ask("/cue/1/loadAt", scalar(0));
  assert.equal(remote.pressed.length, 4);
  assert.match(ask("/playhead", scalar(0))[0].data as string, /there is no cue 0/);
});

Deno.test("what no datagram holds is refused: by its bytes, and whatever the address is", () => {
  const udp = { ...senderAt("127.0.0.1"), setReplyPort: () => true };
  const ask = asking(spaceOf(show()).space, udp);
  const [long] = ask(`/cue/${"\u0001".repeat(61_000)}/start`);
  assert.equal(long.status, "error");
  assert.match(long.data as string, /address of at most 2048 characters, found 61011/);
  const cues = Array.from(
    { length: 150 },
    (_, index) => `{ "number": ${index}, "memo": "${"幽".repeat(66)}" }`,
  );
  const [list] = asking(spaceOf(remoteShow(`{ "cues": [${cues}] }`)).space, udp)("/cueLists");
  assert.equal(list.data, "the answer is too long for UDP; ask over TCP");
});

Deno.test("an action is answered where the sender asks for it, and a wrong workspace always", () => {
  const ask = asking(spaceOf(show()).space);
  const [{ workspace_id: id }] = ask("/cueLists");
  assert.deepEqual(ask("/alwaysReply", scalar(1)), [{
    address: "/alwaysReply",
    status: "ok",
    workspace_id: id,
  }]);
  assert.deepEqual(ask("/go"), [{ address: "/go", status: "ok", workspace_id: id }]);
  assert.equal(ask("/workspace/other/go")[0].status, "error");
  assert.equal(ask("/workspace/Hamlet/go")[0].status, "ok");
  assert.equal(ask("/nothing")[0].status, "error");
});

Deno.test("without a show there are no workspaces, and /go says what helps", () => {
  const ask = asking(spaceOf(undefined).space);
  assert.deepEqual(ask("/workspaces")[0].data, []);
  assert.equal(ask("/connect")[0].data, "error");
  assert.match(ask("/go")[0].data as string, /--show FILE/);
});

Deno.test("with a secret, a passcode opens; a reader may ask and nothing else", () => {
  const all = new NetworkList("127.0.0.0/8");
  let nowMs = 0;
  const access = new AccessControl({
    allow: all,
    readOnly: new NetworkList("127.0.0.9"),
    secret: "open sesame",
    nowMs: () => nowMs,
  });
  const remote = show();
  const { space } = spaceOf(remote, { access, hasSecret: true });
  const ask = asking(space);
  assert.equal(ask("/go")[0].status, "denied");
  assert.equal(ask("/updates", scalar(1))[0].status, "error", "the address of a stranger may be forged");
  assert.equal(ask("/connect", text("wrong"))[0].data, "badpass");
  nowMs += 2_000; // a wrong one costs a second
  const other = asking(space, senderAt("127.0.0.2"));
  assert.equal(other("/connect", text("open sesame"))[0].data, "ok:view|control");
  assert.deepEqual(other("/go"), []);
  const reader = asking(space, senderAt("127.0.0.9"));
  assert.equal(reader("/connect")[0].data, "ok:view");
  assert.equal(reader("/cue/1/name")[0].data, "rain");
  assert.equal(reader("/go")[0].status, "denied");
  assert.equal(remote.pressed.length, 1);
});

Deno.test("over UDP answers go to the port that was asked for, and one that no datagram holds is refused", async () => {
  const cues = Array.from({ length: 900 }, (_, index) => `{ "number": ${index + 1}, "wait": 1 }`);
  const { space } = spaceOf(remoteShow(`{ "cues": [${cues}] }`));
  const listener = UdpListener.bind({ hostname: "127.0.0.1", port: 0 });
  listener.serve(new TestAdmission(space));
  const [client, other] = [new UdpClient(listener.address), new UdpClient(listener.address)];
  await client.say("/udpReplyPort", "i", other.port);
  await client.say("/cueLists");
  await client.say("/cue/900/type");
  await until("both are answered", () => other.answers.length === 2);
  const answers = other.answers.map(messageText);
  assert.match(answers[0], /"status":"error","data":"the answer is too long for UDP; ask over TCP"/);
  assert.match(answers[1], /^\/reply\/cue\/900\/type .*"data":"Wait"/);
  await Promise.all([client.close(), other.close(), listener.stop()]);
});
