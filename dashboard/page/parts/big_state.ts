/** The lamp of the page: whether sound goes out, and what plays through what. */
import type { VNode } from "preact";
import { durationText } from "../figures/format.ts";
import { headlineOf } from "../state/headline.ts";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";
import { stateSign } from "./icons.ts";

/** The band across the top. */
export function BigState(): VNode {
  const text = useStore((state) => JSON.stringify(headlineOf(state)));
  const { level, word, reason, remedy } = JSON.parse(text) as ReturnType<typeof headlineOf>;
  return html`
    <section class="state state-${level}" aria-label="Sound" data-level=${level}>
      ${stateSign(level)}
      <div class="state-words">
        <p class="state-word">${word}</p>
        <p class="state-reason">${[reason, remedy].filter((text) => text !== "").join(" ")}</p>
      </div>
      <${Facts} />
    </section>
  `;
}

function Facts(): VNode {
  const status = useStore(({ status }) => status);
  const hello = useStore(({ hello }) => hello);
  if (!status || !hello) return html`<dl class="facts"></dl>`;
  const { device, driver, latencyMs, patch, sampleRateHz, blockFrames, block } = status.status;
  const seconds = (status.frame || block * blockFrames) / sampleRateHz;
  const fact = (name: string, value: string, detail = "", className = "") =>
    html`
      <div class=${className}>
        <dt>${name}</dt>
        <dd>${value}${detail && html`<span class="detail">${detail}</span>`}</dd>
      </div>
    `;
  return html`
    <dl class="facts">
      ${fact("Patch", patch, "", "fact-wide")}
      ${fact("Latency", `${latencyMs.toFixed(1)} ms`)}
      ${fact("Running", durationText(seconds))}
      ${fact("Device", device || "none", driver, "fact-wide")}
      ${fact("Rate", `${sampleRateHz / 1_000} kHz`)}
      ${fact("Block", `${blockFrames}`)}
    </dl>
  `;
}
