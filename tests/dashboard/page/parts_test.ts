/** The parts of the page, drawn without a browser: what they say, and to whom. The browser's side: page_end_to_end_test.ts. */
import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type { TimelineEntry } from "../../../dashboard/protocol.ts";
import { Announcer } from "../../../dashboard/page/parts/announcer.ts";
import { App } from "../../../dashboard/page/parts/app.ts";
import { BigState } from "../../../dashboard/page/parts/big_state.ts";
import { Chart } from "../../../dashboard/page/parts/chart.ts";
import { Files, RecordButton } from "../../../dashboard/page/parts/files.ts";
import { stateSign } from "../../../dashboard/page/parts/icons.ts";
import { Keyboard } from "../../../dashboard/page/parts/keyboard.ts";
import { Lines } from "../../../dashboard/page/parts/lines.ts";
import { Listen } from "../../../dashboard/page/parts/listen.ts";
import { LogView } from "../../../dashboard/page/parts/log_view.ts";
import { Operate } from "../../../dashboard/page/parts/operate.ts";
import { OscMonitor } from "../../../dashboard/page/parts/osc_monitor.ts";
import { OutputMeters } from "../../../dashboard/page/parts/output_meters.ts";
import { PairChoice } from "../../../dashboard/page/parts/pair_choice.ts";
import { Parameters } from "../../../dashboard/page/parts/parameters.ts";
import { Refusals } from "../../../dashboard/page/parts/refusals.ts";
import { Seat } from "../../../dashboard/page/parts/seat.ts";
import { Signal } from "../../../dashboard/page/parts/signal.ts";
import { StagePicture } from "../../../dashboard/page/parts/stage_picture.ts";
import { ThemeChoice } from "../../../dashboard/page/parts/theme_choice.ts";
import { Timeline } from "../../../dashboard/page/parts/timeline.ts";
import { TopBar } from "../../../dashboard/page/parts/top_bar.ts";
import type { PageState } from "../../../dashboard/page/state/store.ts";
import { drawnPart } from "../../../testing/page/drawn_part.ts";
import { pageState } from "../../../testing/page/page_state.ts";

// what parts ask of a browser while they are drawn: how wide the window is, and which view its address names
Object.assign(globalThis, { matchMedia: () => ({ matches: false }) });
Object.defineProperty(globalThis, "location", { value: { hash: "#log" } });

const readOnly: Partial<PageState> = {
  access: { seat: "read", reason: "UNDERSTUDY_PAGE is read", problem: "" },
};

Deno.test("the big state says the word, the device and the latency", () => {
  const text = drawnPart(BigState);
  match(text, /data-level="good".*Playing.*10\.7 ms.*system.*48 kHz/s);
  match(
    drawnPart(BigState, { contact: { state: "lost", heardMs: 0, farewell: "" } }),
    /data-level="unknown".*No contact/s,
  );
});

Deno.test("each state has a sign of its own, and what is said aloud begins empty", () => {
  const signs = (["good", "quiet", "warning", "bad", "unknown"] as const).map((level) =>
    renderToString(stateSign(level))
  );
  strictEqual(new Set(signs).size, signs.length);
  match(drawnPart(Announcer), /role="status"><\/p>/);
});

Deno.test("a clipped channel has its lamp on until it was seen", () => {
  const clips = { ...pageState().clips, lamps: ["clip", "off"] } as const;
  match(drawnPart(OutputMeters, { clips }), /CLIP<span class="unseen"> *on channel 1/);
  doesNotMatch(drawnPart(OutputMeters), /CLIP/);
});

Deno.test("controls of the outputs stand behind those of the patch, folded, with the names of the outputs", () => {
  const { patch, hello } = pageState();
  const [one] = patch!.parameters;
  const parameters = [one, { ...one, address: "output2/gainDb" }];
  const text = drawnPart(Parameters, {
    patch: { ...patch!, parameters },
    hello: { ...hello!, outputNames: ["left", "right"] },
  });
  match(text, /<legend>master<\/legend>.*<details class="outputs">.*<legend>output2: right<\/legend>/s);
  doesNotMatch(drawnPart(Parameters), /<details/);
});

Deno.test("64 channels stand in rows with their names, and a pair of them can be chosen where there are more than two", () => {
  const { live, hello } = pageState();
  const many: Partial<PageState> = {
    hello: { ...hello!, channels: 64, outputNames: ["left", "right", "sub"] },
    live: { ...live!, meters: Array.from({ length: 64 }, () => live!.meters[0]) },
  };
  const text = drawnPart(OutputMeters, many);
  strictEqual(text.match(/class="meters-body"/g)?.length, 4);
  strictEqual(text.match(/role="meter"/g)?.length, 64);
  match(text, /aria-label="Channel 3, sub"/);
  match(text, /aria-label="Channel 64"/);
  const choice = drawnPart(Listen, many);
  strictEqual(choice.match(/<option/g)?.length, 32);
  match(choice, />1–2: left, right<.*>3–4: sub<.*>63–64</s);
  match(
    drawnPart(PairChoice, many, { firstChannel: 2, what: "Which" }),
    /aria-label="Which".*<option selected value="2">/s,
  );
  doesNotMatch(drawnPart(Listen), /<select/);
});

Deno.test("the stage shows who is heard, what each role holds, and the last fault of a role", () => {
  const fault: TimelineEntry = {
    ...{
      id: 1,
      kind: "fault",
      severity: "error",
      text: "lost",
      count: 1,
      unixMs: 1_799_999_992_000,
      frame: 0,
    },
    event: { event: "fault", cause: "hang", role: "standby", rendererId: 9, block: 1 },
  };
  const text = drawnPart(StagePicture, { timeline: [fault] });
  match(text, /data-role="primary".*in lockstep.*heard.*data-role="standby".*hang, 8 s ago/s);
  match(text, /Reserve<\/b> #4.*control<\/b>/s);
  const { live } = pageState();
  const gone = {
    ...live!,
    renderers: live!.renderers.slice(1),
    processes: [{ ...live!.processes[0], isAlive: false }],
  };
  match(
    drawnPart(StagePicture, { live: gone }),
    /data-role="primary" aria-label="primary: empty".*does not answer/s,
  );
});

Deno.test("the timeline lists the newest entries in words, with how bad they are", () => {
  const entry = {
    id: 1,
    kind: "late",
    severity: "warning",
    text: "2 commands were late",
    count: 2,
    frame: 0,
  } as const;
  match(
    drawnPart(Timeline, { timeline: [{ ...entry, unixMs: 1_800_000_000_000 }] }),
    /data-kind="late".*warning: .*2 commands were late/s,
  );
  match(drawnPart(Timeline), /Nothing happened/);
});

Deno.test("each parameter has a slider, a field and a unit; a seat that only reads can use neither", () => {
  const text = drawnPart(Parameters);
  match(text, /<legend>master<\/legend>.*>Gain<\/label>.*aria-valuetext="−6\.0 dB".*aria-label="Gain, dB"/s);
  strictEqual(drawnPart(Parameters, readOnly).match(/disabled/g)?.length, 2);
});

Deno.test("keys have names, and a seat that only reads cannot play them", () => {
  match(drawnPart(Keyboard), /data-note="48"[^>]*aria-label="C3"/);
  match(drawnPart(Keyboard, readOnly), /This seat may not play/);
});

Deno.test("the seat says what it may do, and asks for the secret where one is set", () => {
  match(drawnPart(Seat, readOnly), /Read only.*UNDERSTUDY_PAGE is read/s);
  match(
    drawnPart(Seat, { access: { seat: "login", reason: "", problem: "wrong secret" } }),
    /type="password".*role="alert">wrong secret/s,
  );
  doesNotMatch(drawnPart(Seat), /password/);
});

Deno.test("faults can be made only where they are allowed", () => {
  match(drawnPart(Operate), /Break it on purpose.*Kill/s);
  doesNotMatch(drawnPart(Operate, { hello: { ...pageState().hello!, faults: undefined } }), /Break/);
});

Deno.test("a recording is shown while it runs, and files with what they are and where", () => {
  const recorder = {
    state: "recording",
    file: "a.wav",
    seconds: 65,
    bytes: 1,
    lostFrames: 0,
    problem: "",
  } as const;
  match(
    drawnPart(RecordButton, { status: { ...pageState().status!, recorder } }),
    /aria-pressed="true".*Recording 1:05/s,
  );
  match(drawnPart(RecordButton), /disabled/);
  const file = {
    kind: "recording",
    name: "a.wav",
    bytes: 12_400_000,
    unixMs: 0,
    seconds: 65,
    isOpen: false,
    path: "/recordings/a.wav",
  } as const;
  match(drawnPart(Files, { files: [file] }), /1:05.*12\.4 MB.*href="\/recordings\/a\.wav"/s);
});

Deno.test("messages and log lines are lists that a keyboard can scroll", () => {
  const message = {
    unixMs: 0,
    direction: "in",
    peer: "ws 1",
    address: "/note",
    types: "if",
    args: "60 0.8",
  } as const;
  match(
    drawnPart(OscMonitor, { messages: [message] }),
    /role="region" aria-label="Messages" tabindex="0".*\/note.*60 0\.8/s,
  );
  const line = { unixMs: 0, level: "warning", text: "late", fields: { role: "primary" } } as const;
  match(drawnPart(LogView, { log: [line] }), /log-warning.*late.*role=primary/s);
  match(drawnPart(Lines, {}, { label: "Log lines", children: "one" }), /one/);
});

Deno.test("a refusal is an alert with the address and the reason", () => {
  match(
    drawnPart(Refusals, { refusals: [{ id: 1, address: "/x", reason: "no such address", atMs: 0 }] }),
    /role="alert".*\/x.*no such address/s,
  );
});

Deno.test("the bar has what is always at hand, and a chart says in words what it shows", () => {
  match(drawnPart(TopBar), /stage.*Listen.*Record.*Panic.*Theme/s);
  match(drawnPart(Listen), /aria-pressed="false"/);
  match(drawnPart(ThemeChoice), /<option[^>]*>System/);
  match(drawnPart(Signal), /Oscilloscope.*Spectrum.*Time between device calls.*Render time/s);
  const nothing = () => undefined;
  match(
    drawnPart(Chart, {}, { title: "Wave", summary: "A wave.", height: 1, options: nothing, data: nothing }),
    /aria-label="Wave\. A wave\."/,
  );
});

Deno.test("the page has a bar, the overview, and the view that its address names; what is stale is marked", () => {
  const text = drawnPart(App);
  match(text, /<header class="top">.*<main[^>]* data-stale="false".*Renderers.*Last ten minutes/s);
  match(text, /id="tab-log"[^>]*aria-selected="true"|aria-selected="true"[^>]*id="tab-log"/);
  match(text, /Log lines/);
  match(
    drawnPart(App, { contact: { state: "lost", heardMs: 0, farewell: "" } }),
    /<main class="stale" data-stale="true"/,
  );
});
