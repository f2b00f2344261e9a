/** Levels of the output: one column for each channel, with peak, mean, hold, and a lamp for samples at full scale. */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Lamp } from "../figures/clip_lamps.ts";
import { levelText } from "../figures/format.ts";
import { meterHeight, scaleMarksDb } from "../figures/meter_scale.ts";
import { html } from "../html.ts";
import { useLive, usePage, useStore, useWant } from "../state/page_context.ts";

/** Messages a second: bars that move at this rate look steady. */
const liveHz = 25;

/** Columns beside each other that can be told apart; more make further rows. */
const maxColumns = 16;

/** Pause between two numbers, which cannot be read faster, in milliseconds. */
const numberMs = 250;

/** All meters. */
export function OutputMeters(): VNode {
  useWant("live", { liveHz });
  const { store } = usePage();
  const channels = useStore(({ live, hello }) => live?.meters.length ?? hello?.channels ?? 2);
  const lamps = useStore(({ clips }) => clips.lamps);
  const isClipped = lamps.some((lamp) => lamp !== "off");
  const names = useStore(({ hello }) => hello?.outputNames) ?? [];
  const rows = Array.from({ length: Math.ceil(channels / maxColumns) }, (_, row) =>
    Array.from(
      { length: Math.min(maxColumns, channels - row * maxColumns) },
      (_, column) => row * maxColumns + column,
    ));
  const many = channels > maxColumns ? "meters-many meters-rows" : channels > 8 ? "meters-many" : "";
  return html`
    <section class="card meters ${many}" aria-labelledby="meters-title">
      <header class="card-head">
        <h2 id="meters-title">Output</h2>
        <span class="unit">dBFS</span>
        <button type="button" class="small ${isClipped
          ? "attention"
          : ""}" disabled=${!isClipped} onClick=${() => store.acknowledgeClips()}>
          Reset clip
        </button>
      </header>
      ${rows.map((columns) =>
        html`
          <div class="meters-body" key=${columns[0]}>
            <div class="meter-scale" aria-hidden="true">
              ${scaleMarksDb.map((db) =>
                html`<span style=${{ bottom: `${meterHeight(db) * 100}%` }}>${
                  levelText(db).replace(".0", "")
                }</span>`
              )}
            </div>
            ${columns.map((channel) =>
              html`
                <${MeterColumn} key=${channel} channel=${channel} name=${names[channel] ?? ""}
                  lamp=${lamps[channel] ?? "off"} />
              `
            )}
          </div>
        `
      )}
    </section>
  `;
}

interface MeterColumnProps {
  readonly channel: number;
  /** Of the output; empty: it has none. */
  readonly name: string;
  readonly lamp: Lamp;
}

function MeterColumn({ channel, name, lamp }: MeterColumnProps): VNode {
  const label = name === "" ? `Channel ${channel + 1}` : `Channel ${channel + 1}, ${name}`;
  const parts = useRef<Record<string, HTMLElement | null>>({});
  const shown = useRef(0);
  const part = (name: string) => (element: HTMLElement | null) => void (parts.current[name] = element);
  useLive(({ live }) => {
    const meter = live?.meters[channel];
    const { bar, peak, rms, hold, number } = parts.current;
    if (!meter || !bar || !peak || !rms || !hold || !number) return;
    const { peakDb, rmsDb, holdDb } = meter;
    peak.style.transform = `scaleY(${1 - meterHeight(peakDb)})`;
    rms.style.transform = `scaleY(${meterHeight(rmsDb)})`;
    hold.style.bottom = `${meterHeight(holdDb) * 100}%`;
    hold.hidden = meterHeight(holdDb) === 0;
    const nowMs = performance.now();
    if (nowMs - shown.current < numberMs) return;
    shown.current = nowMs;
    number.textContent = levelText(holdDb, -60);
    bar.setAttribute("aria-valuenow", String(Math.round(Math.max(-60, Math.min(0, peakDb)))));
    bar.setAttribute("aria-valuetext", `${levelText(peakDb, -60)} dB`);
  });
  return html`
    <div class="meter" data-channel=${channel} title=${label}>
      <span class="clip clip-${lamp}">${lamp === "off"
        ? ""
        : html`${lamp.toUpperCase()}<span class="unseen"> on channel ${channel + 1}</span>`}</span>
      <div class="meter-bar" role="meter" aria-label=${label} aria-valuemin="-60" aria-valuemax="0"
        aria-valuenow="-60" aria-valuetext="−∞ dB" ref=${part("bar")}>
        <div class="meter-dark" ref=${part("peak")}></div>
        <div class="meter-rms" ref=${part("rms")}></div>
        <div class="meter-hold" ref=${part("hold")} hidden></div>
      </div>
      <span class="meter-number" aria-hidden="true" ref=${part("number")}>−∞</span>
      <span class="meter-name" aria-hidden="true">${channel + 1}${name &&
        html`<span class="meter-title">${name}</span>`}</span>
    </div>
  `;
}
