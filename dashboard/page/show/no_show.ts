/** What is there while no show is loaded: how one is. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { useMayChange, usePage } from "../state/page_context.ts";

/** A form for the path of a show, and the other ways. */
export function NoShow(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const [path, write] = useState("");
  const load = (event: Event) => {
    event.preventDefault();
    osc("/show/load", { type: "s", value: path });
  };
  return html`
    <section class="card no-show" aria-labelledby="no-show-title">
      <h2 id="no-show-title">No show is loaded</h2>
      <p>A show is a file of cues that GO starts one after the other: sounds, fades, notes, messages.</p>
      <form class="send" onSubmit=${load}>
        <label for="show-path">Show file</label>
        <input id="show-path" class="mono" type="text" placeholder="hamlet.json" autocomplete="off"
          spellcheck="false"
          disabled=${!mayChange} value=${path} onInput=${(event: Event) =>
            write((event.target as HTMLInputElement).value)} />
        <button type="submit" disabled=${!mayChange || path.trim() === ""}>Load show</button>
      </form>
      <p class="hint">The path is one of the engine's machine. Or start with a show:</p>
      <pre class="mono">understudy start --show hamlet.json</pre>
      <p
        class="hint">UNDERSTUDY_SHOW does the same, and <code>understudy check hamlet.json</code> finds mistakes before.</p>
    </section>
  `;
}
