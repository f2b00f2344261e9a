/** The cues that run: what each does, how long it still lasts, and how loud it is. */
import type { VNode } from "preact";
import type { RunningCueView } from "../../protocol.ts";
import { agoText, levelText } from "../figures/format.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";
import { remainingText } from "./cue_times.ts";
import { progressOf } from "./running_cue.ts";
import { useFrame } from "./use_frame.ts";

/** Notices that are shown, and for how long, in seconds. */
const shownNotices = 3;
const noticeSeconds = 30;

/** Everything that runs, in the order of the starts. */
export function RunningList({ isEditing }: { readonly isEditing: boolean }): VNode {
  const status = useStore(({ showStatus }) => showStatus);
  const running = status?.running ?? [];
  const frame = useFrame(running.length > 0 || (status?.notices.length ?? 0) > 0);
  const sampleRateHz = status?.sampleRateHz ?? 1;
  const notices = (status?.notices ?? []).slice(-shownNotices)
    .map((notice) => ({ ...notice, seconds: (frame - notice.frame) / sampleRateHz }))
    .filter(({ seconds }) => seconds < noticeSeconds);
  return html`
    <section class="card running" aria-labelledby="running-title">
      <header class="card-head">
        <h2 id="running-title">Running</h2>
        ${status?.paused && html`<strong class="badge">paused</strong>`}
        <span class="muted">${running.length === 0 ? "nothing" : `${running.length}`}</span>
      </header>
      <ul class="running-cues" tabindex="0" aria-label="Running cues">
        ${running.map((cue) =>
          html`
            <${RunningRow} key=${cue.id} cue=${cue} frame=${frame} sampleRateHz=${sampleRateHz}
              isEditing=${isEditing} />
          `
        )}
      </ul>
      ${notices.length > 0 && html`
        <ul class="notices" aria-label="Notices">
          ${notices.toReversed().map(({ frame, text, seconds }) =>
            html`<li key=${frame + text}>${text} <span class="muted">${agoText(seconds)}</span></li>`
          )}
        </ul>
      `}
    </section>
  `;
}

interface RunningRowProps {
  readonly cue: RunningCueView;
  readonly frame: number;
  readonly sampleRateHz: number;
  readonly isEditing: boolean;
}

function RunningRow({ cue, frame, sampleRateHz, isEditing }: RunningRowProps): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const { number, name, levelDb, loop, stage } = cue;
  const { word, remainingSeconds, elapsedSeconds, part } = progressOf(cue, { frame, sampleRateHz });
  const details = [
    word,
    ...(loop ? [`pass ${loop.pass}${loop.of === null ? "" : ` of ${loop.of}`}`] : []),
    ...(levelDb === undefined ? [] : [`${levelDb === null ? levelText(-Infinity) : levelText(levelDb)} dB`]),
  ];
  const send = (command: string) =>
    osc("/show/cue", { type: "s", value: number ?? cue.key }, { type: "s", value: command });
  return html`
    <li class="running-cue running-${stage} ${cue.paused ? "running-paused" : ""}" data-key=${cue.key}>
      <span class="running-name">${number !== undefined && html`
        <b>${number}</b>
      `}${number !== undefined && " "}${name}</span>
      <span class="running-time" data-remaining=${remainingSeconds ?? ""}>${remainingSeconds === null
        ? html`<span class="running-up">+${remainingText(elapsedSeconds)}</span>`
        : html`<span class="unseen">remaining </span>${remainingText(remainingSeconds)}`}</span>
      <span class="running-details">${details.join(", ")}</span>
      ${isEditing && html`
        <button type="button" class="small" disabled=${!mayChange} onClick=${() => send("stop")}>Stop<span
          class="unseen"> ${name}</span></button>
      `}
      <i class="running-bar" aria-hidden="true"><i style=${{ transform: `scaleX(${part ?? 0})` }}></i></i>
    </li>
  `;
}
