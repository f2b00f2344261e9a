/**
 * Bitfocus Companion's own module for QLab, run as Companion runs it, against a show here: it connects, learns the cues, carries out each of
 * its actions and follows what runs. What it sends, what becomes of it, and what it knows at the end are printed.
 *
 *     git clone https://github.com/bitfocus/companion-module-figure53-qlab-advance build/companion
 *     (cd build/companion && npm install --omit=dev)
 *     deno run -A tests/osc/companion_module.ts build/companion
 */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { AccessControl } from "../../osc/admission/access_control.ts";
import { isBundle, type OscMessage } from "../../osc/packet/packet.ts";
import type { PacketSender } from "../../osc/packet/packet_sender.ts";
import { QlabSpace } from "../../osc/qlab/qlab_space.ts";
import { TcpListener } from "../../osc/transport/tcp_listener.ts";
import { messageText } from "../../testing/osc/message_text.ts";
import { TestAdmission } from "../../testing/osc/test_admission.ts";
import { remoteShow } from "../../testing/show/remote_show.ts";
import { until } from "../../testing/until.ts";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("expected the folder of companion-module-figure53-qlab-advance; see the head of this file");
  Deno.exit(2);
}

const show = remoteShow(
  `{ "name": "Hamlet", "goGuardSeconds": 0, "cues": [
  { "number": 1, "name": "rain", "play": "rain.wav" },
  { "number": 2, "name": "storm", "group": [{ "number": 3, "name": "thunder", "play": "thunder.wav" }] }
] }`,
  { "rain.wav": 480_000, "thunder.wav": 480_000 },
);
const space = new QlabSpace({
  ...{ show: () => show, access: AccessControl.local(), version: "test", hasSecret: false },
});

/** Messages of the module in the order in which they came, with the errors that were answered. */
const received: { readonly text: string; error?: string }[] = [];
const listener = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing: "auto" });
listener.serve(
  new TestAdmission({
    begin(packet, sender) {
      if (isBundle(packet)) throw new Error("the module sends no bundles");
      const entry: (typeof received)[number] = { text: messageText(packet) };
      received.push(entry);
      return space.begin(
        packet,
        withReplies(sender, (reply) => {
          if (!reply.address.startsWith("/reply")) return; // an update
          const { status, data } = JSON.parse((reply.args[0] as { readonly value: string }).value);
          if (status !== "ok") entry.error = `${status}: ${data}`;
        }),
      );
    },
  }),
);

/** A sender whose replies are seen. */
function withReplies(sender: PacketSender, onReply: (reply: OscMessage) => void): PacketSender {
  return new Proxy(sender, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      if (name !== "reply") return typeof value === "function" ? value.bind(target) : value;
      return (reply: OscMessage) => {
        onReply(reply);
        return target.reply(reply);
      };
    },
  });
}

interface Definition {
  readonly id: string;
  readonly options: readonly { readonly id: string; readonly default?: unknown }[];
}

/** The module as a process, spoken to as Companion's host does (`@companion-module/base`, nodejs-ipc). */
class Module {
  readonly #child: ChildProcess;
  #nextId = 1;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly variables = new Map<string, unknown>();
  actions: readonly Definition[] = [];
  status = "";
  isRegistered = false;

  constructor(folder: string) {
    this.#child = spawn("node", [resolve(folder, "qlabfb.js")], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: {
        ...Deno.env.toObject(),
        MODULE_MANIFEST: resolve(folder, "companion/manifest.json"),
        CONNECTION_ID: "qlab",
        VERIFICATION_TOKEN: "token",
      },
    });
    this.#child.on("message", (message) => this.#receive(message as unknown as Message));
  }

  call(name: string, payload: unknown): Promise<unknown> {
    const callbackId = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(callbackId, answer);
    this.#send({ direction: "call", name, payload: JSON.stringify(payload), callbackId });
    return answer.promise;
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }

  #send(message: Message): void {
    this.#child.send(message);
  }

  #receive(message: Message): void {
    const payload = message.payload === undefined ? undefined : JSON.parse(message.payload);
    if (message.direction === "response") {
      const { resolve, reject } = this.#waiting.get(message.callbackId!)!;
      if (message.success) resolve(payload);
      else reject(new Error(`the module failed: ${message.payload}`));
      return;
    }
    switch (message.name) {
      case "register":
        this.isRegistered = true;
        break;
      case "set-status":
        this.status = payload.status ?? this.status;
        break;
      case "setActionDefinitions":
        this.actions = payload.actions;
        break;
      case "setVariableValues":
        for (const { id, value } of payload.newValues) this.variables.set(id, value);
        break;
      case "parseVariablesInString":
        return this.#send({
          ...{ direction: "response", callbackId: message.callbackId, success: true },
          payload: JSON.stringify({ text: payload.text, variableIds: [] }),
        });
    }
    if (message.callbackId === undefined) return;
    this.#send({ direction: "response", callbackId: message.callbackId, success: true, payload: "{}" });
  }
}

interface Message {
  readonly direction: "call" | "response";
  readonly name?: string;
  readonly payload?: string;
  readonly callbackId?: number;
  readonly success?: boolean;
}

/** What each field of an action is set to; others keep the default of the module. */
const values: Readonly<Record<string, unknown>> = {
  q_num: "1",
  cue: "1",
  name: "rain",
  scope: "N",
  time: "1",
  id: "1",
};

/** Questions that the module asks again and again by itself. */
const isPoll = (text: string) =>
  text.startsWith("/doubleGoWindowRemaining") ||
  /\/(overrideWindow|alwaysAudition|auditionMonitors|valuesForKeys|selectedCues|children|playheadI?D?)\b/
      .test(text) &&
    !/\/playhead\/(next|previous|1)/.test(text);

const module = new Module(folder);
try {
  await until("the module registers", () => module.isRegistered, 60_000);
  const port = Number(listener.address.split(":").at(-1));
  await module.call("init", {
    ...{ label: "qlab", isFirstInit: false, lastUpgradeIndex: 100, actions: {}, feedbacks: {} },
    config: { host: "127.0.0.1", port, useTCP: true, passcode: "", workspace: "default", cuelist: "default" },
  });
  await until("the module knows the playhead", () => module.variables.get("n_num") === "1", 60_000);
  console.log(
    `connected: status ${module.status}, next cue ${module.variables.get("n_num")} ${
      module.variables.get("n_name")
    }`,
  );
  const unanswered: string[] = [];
  for (const { id, options } of module.actions) {
    const from = received.length;
    const pressed = show.pressed.length;
    const fields = Object.fromEntries(
      options.map((option) => [option.id, values[option.id] ?? option.default]),
    );
    await module.call("executeAction", {
      action: { id: "a", controlId: "c", actionId: id, options: fields, upgradeIndex: null, disabled: false },
    }).catch((error) => console.log(`${id}: ${error.message}`));
    const sent = () => received.slice(from).filter(({ text }) => !isPoll(text));
    await until(`what ${id} sends`, () => sent().length > 0, 1_000).catch(() => unanswered.push(id));
    const events = show.pressed.slice(pressed).map(({ event, ...rest }) =>
      `${event} ${JSON.stringify(rest)}`
    );
    for (const { text, error } of sent()) {
      console.log(`${id.padEnd(22)} ${text.padEnd(44)} ${error ?? (events.join(", ") || "answered")}`);
    }
  }
  console.log(`actions that sent nothing: ${unanswered.join(", ") || "none"}`);
  // what runs is followed
  show.press({ event: "stop" });
  show.press({ event: "jump", cue: "1" });
  const before = show.pressed.length;
  await module.call("executeAction", {
    action: { id: "a", controlId: "c", actionId: "go", options: {}, upgradeIndex: null, disabled: false },
  });
  await until("GO comes", () => show.pressed.length > before);
  await until("the module knows what runs", () => module.variables.get("r_num") === "1", 20_000);
  await until("the module knows what comes", () => module.variables.get("n_num") === "2", 20_000);
  console.log(`after GO: runs ${module.variables.get("r_name")}, next ${module.variables.get("n_name")}`);
} finally {
  module.end();
  await listener.stop();
  space.stop();
}
