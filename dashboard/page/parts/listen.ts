/** The button that plays the output in this browser, as a monitor with a delay of its own. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { sampleKinds } from "../../protocol.ts";
import { html } from "../html.ts";
import { kindOfSamples } from "../listen/sample_message.ts";
import { Listener } from "../listen/listener.ts";
import { usePage, useStore, useWant } from "../state/page_context.ts";
import { PairChoice } from "./pair_choice.ts";
import { samplesArrived } from "./samples_arrived.ts";

/** Listen, or stop it. */
export function Listen(): VNode {
  const { store } = usePage();
  const [isOn, turn] = useState(false);
  const [report, show] = useState({ latencyMs: 0, gaps: 0 });
  const [problem, tell] = useState("");
  const listener = useRef<Listener | undefined>(undefined);
  const hello = useStore(({ hello }) => hello);
  const engineMs = useStore(({ status }) => Math.round(status?.status.latencyMs ?? 0));
  const [firstChannel, choose] = useState(0);
  useWant(
    "listen",
    isOn ? { listen: { format: "s16", ...(firstChannel > 0 && { firstChannel }) } } : undefined,
  );
  const stop = () => {
    turn(false);
    void listener.current?.close();
    listener.current = undefined;
  };
  useEffect(() => stop, []);
  useEffect(() =>
    samplesArrived.add((data) => {
      if (kindOfSamples(data) === sampleKinds.listen) listener.current?.take(data);
    }), []);
  const start = async () => {
    const format = store.state.hello;
    if (!format) return;
    tell("");
    try {
      const { sampleRateHz, channels } = format;
      listener.current = await Listener.open({
        sampleRateHz,
        channels: Math.min(channels, 2),
        onReport: show,
      });
      turn(true);
    } catch (error) {
      tell(`Cannot listen here: ${(error as Error).message}.`);
    }
  };
  return html`
    <span class="listen">
      <button type="button" aria-pressed=${isOn} disabled=${!hello} class=${isOn
        ? "listening"
        : ""} onClick=${() => isOn ? stop() : void start()}
        title="Plays the output in this browser, later than the device.">
        ${isOn ? "Stop listening" : "Listen"}
      </button>
      <${PairChoice} firstChannel=${firstChannel} onChoose=${choose} what="Channels to listen to" />
      ${isOn &&
        html`<span class="monitor-note">monitor, ${Math.round(report.latencyMs)} ms behind${
          engineMs ? " the device" : ""
        }${report.gaps > 0 ? `, ${report.gaps} gaps` : ""}</span>`}
      <span class="problem" role="alert">${problem}</span>
    </span>
  `;
}
