/** The engine's log. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { LogLevel } from "../../protocol.ts";
import { clockText } from "../figures/format.ts";
import { html } from "../html.ts";
import { useStore, useWant } from "../state/page_context.ts";
import { Lines } from "./lines.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warning", "error"];

/** Lines that are drawn. */
const shown = 300;

/** The lines of a level and above, with a filter. */
export function LogView(): VNode {
  const [level, choose] = useState<LogLevel>("info");
  const [contains, filter] = useState("");
  useWant("log", { log: level });
  const log = useStore(({ log }) => log);
  const wanted = levels.slice(levels.indexOf(level));
  const matching = log.filter((line) =>
    wanted.includes(line.level) && line.text.toLowerCase().includes(contains.toLowerCase())
  )
    .slice(-shown);
  return html`
    <section class="card" aria-labelledby="log-title">
      <header class="card-head">
        <h2 id="log-title">Log</h2>
        <label>Level <select value=${level} onChange=${(event: Event) =>
          choose((event.target as HTMLSelectElement).value as LogLevel)}>${levels.map((name) =>
            html`<option value=${name}>${name} and above</option>`
          )}</select></label>
        <label>Text <input type="search" placeholder="contains…" value=${contains} onInput=${(event: Event) =>
          filter((event.target as HTMLInputElement).value)} /></label>
      </header>
      <${Lines} label="Log lines">
        ${matching.length === 0 &&
          html`<p class="empty">No line${contains ? " that the filter lets through" : " of this level"}.</p>`}
        ${matching.map((line) =>
          html`
            <p
              class="line log-${line.level}"><time>${clockText(line.unixMs, true)}</time> <b>${line
                .level}</b> ${line.text} <span class="muted">${Object.entries(line.fields).map((
                  [name, value],
                ) => `${name}=${value}`).join(" ")}</span></p>
          `
        )}
      <//>
    </section>
  `;
}
