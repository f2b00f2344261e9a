/** What the operator looks at and presses: GO, the cue that it starts with its notes, and the buttons that hold or end the sound. */
import type { VNode } from "preact";
import type { CueView } from "../../protocol.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";
import { cueName } from "./cue_name.ts";
import { remainingText } from "./cue_times.ts";
import { goStateOf, panicSecondsLeft } from "./go_state.ts";
import { useFrame } from "./use_frame.ts";

/** GO, and what it starts. */
export function GoPanel(): VNode {
  const list = useStore(({ showList }) => showList);
  const status = useStore(({ showStatus }) => showStatus);
  const cueOf = (key: string | null | undefined) => list?.cues.find((cue) => cue.key === key);
  const armed = status?.armed ?? {};
  const cue = cueOf(status?.playhead);
  return html`
    <section class="call" aria-label="GO">
      <${GoButton} />
      <div class="next" id="next-cue" data-colour=${cue?.colour ?? "none"}>
        ${cue
          ? html`<${NextCue} cue=${cue} isArmed=${armed[cue.key] ?? cue.armed} then=${cueOf(status?.next)} />`
          : html`
            <p class="next-word">${status ? "No next cue" : "Waiting"}</p>
            <p class="next-name">${status
              ? "End of the list"
              : "The engine has not said where the show is."}</p>
          `}
      </div>
      <${Transport} />
      <${Spoken} />
    </section>
  `;
}

function NextCue({ cue, isArmed, then }: {
  readonly cue: CueView;
  readonly isArmed: boolean;
  readonly then?: CueView;
}): VNode {
  return html`
    <p class="next-word">Next${" "}${!isArmed && html`
      <strong class="badge">not armed: it does nothing</strong>
    `}</p>
    <p class="next-name">${cue.number !== undefined &&
      html`
        <span class="next-number">${cue.number}</span>
      `}${cue.number !== undefined && " "}${cue.name}</p>
    ${cue.notes !== "" && html`<p class="next-notes">${cue.notes}</p>`}
    <p class="next-text">${cue.text !== cue.name && cue.text}</p>
    <p class="next-then">${then ? `Then ${cueName(then)}` : "Then the end of the list"}</p>
  `;
}

function GoButton(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const list = useStore(({ showList }) => showList);
  const status = useStore(({ showStatus }) => showStatus);
  const lastGo = status?.lastGo;
  // drawn again for as long as a guard may last after each GO
  const frame = useFrame(lastGo !== undefined && (list?.goGuardSeconds ?? 0) > 0);
  const { kind, guardPart } = list && status
    ? goStateOf(list, status, frame)
    : { kind: "end" as const, guardPart: 0 };
  return html`
    <button type="button" class="go" data-state=${kind} disabled=${!mayChange || kind === "end"}
      aria-describedby="next-cue" onClick=${() => osc("/go")}>
      GO
      <span class="go-hint" aria-hidden="true">${kind === "guard" ? "guarded" : "space"}</span>
      <i class="go-guard" style=${{ transform: `scaleX(${guardPart})` }}></i>
    </button>
  `;
}

function Transport(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const isPaused = useStore(({ showStatus }) => showStatus?.paused ?? false);
  const status = useStore(({ showStatus }) => showStatus);
  const frame = useFrame(status?.panicUntilFrame != null);
  const panicLeft = status ? panicSecondsLeft(status, frame) : 0;
  const button = (name: string, title: string, send: () => void, className = "") =>
    html`
      <button type="button" class=${className} disabled=${!mayChange} title=${title}
        onClick=${send}>${name}</button>
    `;
  return html`
    <div class="transport" role="group" aria-label="Transport">
      ${button("Back", "Moves the playhead up (arrow up)", () => osc("/show/back"))}
      ${button("Next", "Moves the playhead down (arrow down)", () => osc("/show/next"))}
      <button type="button" class="pause" disabled=${!mayChange} aria-pressed=${isPaused}
        title=${isPaused
          ? "Goes on with everything that is paused ( ] )"
          : "Holds everything that runs ( [ )"}
        onClick=${() => osc(isPaused ? "/resume" : "/pause")}>${isPaused ? "Resume" : "Pause"}</button>
      ${button("Stop", "Stops every cue, each with its own fade", () => osc("/stop"))}
      <button type="button" class="panic show-panic ${panicLeft > 0
        ? "panicking"
        : ""}" disabled=${!mayChange} onClick=${() => osc("/panic")}
        title="Fades everything out; a second press cuts it at once (Escape)">${panicLeft > 0
          ? `Cut now (${remainingText(panicLeft)} s)`
          : "Panic"}</button>
    </div>
  `;
}

/** Says to screen readers what GO started, and where the playhead is. */
function Spoken(): VNode {
  const text = useStore(({ showList, showStatus }) => {
    const nameOf = (key: string | null | undefined) => {
      const cue = showList?.cues.find((one) => one.key === key);
      return cue ? cueName(cue) : undefined;
    };
    const next = nameOf(showStatus?.playhead) ?? "the end of the list";
    const gone = nameOf(showStatus?.lastGo?.key);
    return showStatus === undefined ? "" : `${gone ? `GO: ${gone}. ` : ""}Next: ${next}.`;
  });
  return html`<p class="unseen" role="status">${text}</p>`;
}
