/** The cue list: where the playhead is, what runs, and what follows what. In show mode it is looked at, in edit mode chosen from. */
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { CueView } from "../../protocol.ts";
import { html } from "../html.ts";
import { usePage, useStore } from "../state/page_context.ts";
import { lengthText } from "./cue_times.ts";

export interface CueRowsProps {
  readonly isEditing: boolean;
  /** Key of the cue that is edited. */
  readonly selected: string | undefined;
  readonly select: (key: string) => void;
}

/** How a cue goes on, in words and as a sign. */
const continuations = {
  none: { words: "", path: "" },
  "auto-continue": { words: "auto-continue: the next cue starts with it", path: "M8 1v9M4 7l4 4 4-4" },
  "auto-follow": {
    words: "auto-follow: the next cue starts at its end",
    path: "M3 1h10M8 1v9M4 7l4 4 4-4M3 14h10",
  },
} as const;

/** All cues. */
export function CueRows({ isEditing, selected, select }: CueRowsProps): VNode {
  const cues = useStore(({ showList }) => showList?.cues ?? none);
  const playhead = useStore(({ showStatus }) => showStatus?.playhead);
  const box = useRef<HTMLDivElement>(null);
  const shown = isEditing ? selected ?? playhead : playhead;
  // the playhead stands a third down, so that what comes is in sight; the page itself does not move
  useLayoutEffect(() => {
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${shown && CSS.escape(shown)}"]`);
    if (!row || !box.current || isEditing) return;
    box.current.scrollTop = row.offsetTop - box.current.clientHeight / 3;
  }, [shown, isEditing, cues]);
  return html`
    <div class="cue-scroll" ref=${box} tabindex="0" role="region" aria-label="Cue list">
      <div class="cue cue-titles" aria-hidden="true">
        <span></span><span>Number</span><span>Cue</span><span>Pre-wait</span><span>Length</span><span>Post-wait</span><span></span>
      </div>
      <ol class="cues">
        ${cues.map((cue) =>
          html`
            <${CueRow} key=${cue.key} cue=${cue} isEditing=${isEditing} isSelected=${isEditing &&
              cue.key === selected}
              select=${select} />
          `
        )}
      </ol>
      ${cues.length === 0 && html`<p class="empty">The show has no cues yet.</p>`}
    </div>
  `;
}

const none: readonly CueView[] = [];

interface CueRowProps {
  readonly cue: CueView;
  readonly isEditing: boolean;
  readonly isSelected: boolean;
  readonly select: (key: string) => void;
}

function CueRow({ cue, isEditing, isSelected, select }: CueRowProps): VNode {
  const { osc } = usePage();
  const { key, number, name, notes, colour, depth, text, preWaitSeconds, lengthSeconds, postWaitSeconds } =
    cue;
  const isPlayhead = useStore(({ showStatus }) => showStatus?.playhead === key);
  const isRunning = useStore(({ showStatus }) => showStatus?.running.some((one) => one.key === key) ?? false);
  const isArmed = useStore(({ showStatus }) => showStatus?.armed[key] ?? cue.armed);
  const jump = () => osc("/show/jump", { type: "s", value: key });
  const follows = continuations[cue.continue];
  const cells = html`
    <span class="cue-mark" aria-hidden="true">${isPlayhead
      ? playheadSign
      : isRunning
      ? runningSign
      : ""}</span>
    <span class="cue-number">${number ?? ""}</span>
    <span class="cue-words">
      <span class="cue-name">${name}</span>${" "}
      ${!isArmed && html`
        <span class="badge">not armed</span>
      `}
      ${text !== name && html`
        <span class="cue-text">${text}</span>
      `}
      ${notes !== "" && html`<span class="cue-notes">${notes}</span>`}
      <span class="unseen">${colour === "none" ? "" : `, ${colour}`}${isRunning ? ", runs" : ""}${isPlayhead
        ? ", next"
        : ""}</span>
    </span>
    <span class="cue-time">${preWaitSeconds > 0 &&
      html`<span class="unseen">pre-wait </span>`}${lengthText(preWaitSeconds)}</span>
    <span class="cue-time" title=${lengthSeconds === null
      ? "It does not end by itself, or its end is not known"
      : ""}>${lengthSeconds === null ? "–" : lengthText(lengthSeconds)}</span>
    <span class="cue-time">${postWaitSeconds > 0 &&
      html`<span class="unseen">post-wait </span>`}${lengthText(postWaitSeconds)}</span>
    <span class="cue-follows" title=${follows.words}>${follows.words !== "" && html`
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d=${follows.path} />
      </svg><span class="unseen">${follows
        .words}</span>
    `}</span>
  `;
  const classes = [
    "cue",
    ...(isPlayhead ? ["cue-playhead"] : []),
    ...(isRunning ? ["cue-running"] : []),
    ...(isArmed ? [] : ["cue-disarmed"]),
  ].join(" ");
  const style = { "--depth": depth };
  return html`
    <li data-row=${key} data-colour=${colour} aria-current=${isPlayhead ? "step" : undefined}>
      ${isEditing
        ? html`
          <button type="button" class=${classes} style=${style} aria-pressed=${isSelected} onClick=${() =>
            select(key)}
            onDblClick=${jump} onKeyDown=${(event: KeyboardEvent) => {
              if (event.key === "Enter") jump();
              else if (!moveFocus(event)) return;
              event.preventDefault();
              event.stopPropagation();
            }}>${cells}</button>
        `
        : html`<div class=${classes} style=${style} onDblClick=${(event: MouseEvent) =>
          event.altKey && jump()}>${cells}</div>`}
    </li>
  `;
}

/** Arrow keys go from row to row. */
function moveFocus(event: KeyboardEvent): boolean {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return false;
  const row = (event.currentTarget as HTMLElement).parentElement!;
  const next = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  const button = next?.querySelector<HTMLElement>("button");
  button?.focus();
  button?.click();
  return true;
}

const playheadSign = html`
  <svg viewBox="0 0 16 16">
    <path class="solid" d="M3 2L14 8L3 14Z" />
  </svg>
`;
const runningSign = html`
  <svg viewBox="0 0 16 16">
    <path d="M3 5v6M8 2v12M13 5v6" />
  </svg>
`;
