/** The last ten minutes: what happened, when, and how bad it was. */
import type { VNode } from "preact";
import type { TimelineEntry } from "../../protocol.ts";
import { clockText } from "../figures/format.ts";
import { laneMarks, lanes } from "../figures/timeline_lanes.ts";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";

/** Marks that fit beside each other in the narrowest window. */
const places = 150;

/** Entries that are written out. */
const listed = 7;

/** Lanes, and beside them the newest entries in words. */
export function Timeline(): VNode {
  const entries = useStore(({ timeline }) => timeline);
  const second = useStore(({ nowMs, clockOffsetMs }) => Math.floor((nowMs + clockOffsetMs) / 1_000));
  const newest = entries.slice(-listed).toReversed();
  return html`
    <section class="card timeline" aria-labelledby="timeline-title">
      <header class="card-head">
        <h2 id="timeline-title">Last ten minutes</h2>
      </header>
      <div class="timeline-body">
        <div class="lanes" aria-hidden="true">
          ${lanes.map((lane) => {
            const marks = laneMarks(lane, entries, { nowUnixMs: second * 1_000 + 1_000, places });
            return html`
              <div class="lane" key=${lane.name}>
                <span class="lane-name">${lane.name}</span>
                <div class="lane-track">${marks.map(({ at, severity, text, entries, count }) =>
                  html`<i class="event event-${severity}" style=${{ left: `${at * 100}%` }} title=${
                    entries > 1 ? `${text} (${entries} events, ${count} in all)` : text
                  }></i>`
                )}</div>
              </div>
            `;
          })}
          <div class="lane lane-axis"><span class="lane-name"></span><div class="lane-track">${[
            "10 min ago",
            "8",
            "6",
            "4",
            "2",
            "now",
          ].map((text) => html`<span>${text}</span>`)}</div></div>
        </div>
        <ol class="events" aria-label="Newest events" tabindex="0">
          ${newest.length === 0 && html`<li class="events-none">Nothing happened.</li>`}
          ${newest.map((entry) => html`<${EventLine} key=${entry.id} ...${entry} />`)}
        </ol>
      </div>
    </section>
  `;
}

function EventLine({ unixMs, severity, text, kind }: TimelineEntry): VNode {
  return html`
    <li class="event-line event-line-${severity}" data-kind=${kind}>
      <i class="event event-${severity}" aria-hidden="true"></i>
      <time>${clockText(unixMs)}</time>
      <span>${severity !== "info" && html`<span class="unseen">${severity}: </span>`}${text}</span>
    </li>
  `;
}
