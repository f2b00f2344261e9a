/** Messages of OSC that come in and go out, and a way to send one. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { clockText } from "../figures/format.ts";
import { oscWords } from "../figures/osc_words.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore, useWant } from "../state/page_context.ts";
import { Lines } from "./lines.ts";

/** Lines that are drawn. */
const shown = 200;

/** The monitor with its filter. */
export function OscMonitor(): VNode {
  const { osc, store } = usePage();
  const mayChange = useMayChange();
  const [address, filterAddress] = useState("");
  const [sender, filterSender] = useState("");
  const [text, write] = useState("");
  const [problem, refuse] = useState("");
  useWant("osc", {
    osc: { ...(address && { addressContains: address }), ...(sender && { senderContains: sender }) },
  });
  const messages = useStore(({ messages }) => messages);
  const matching = messages.filter((line) => line.address.includes(address) && line.peer.includes(sender))
    .slice(-shown);
  const send = (event: Event) => {
    event.preventDefault();
    const words = oscWords(text);
    if (typeof words === "string") return refuse(words);
    refuse(osc(words.address, ...words.args) ? "" : "The engine is not connected.");
    write("");
  };
  return html`
    <section class="card" aria-labelledby="osc-title">
      <header class="card-head">
        <h2 id="osc-title">OSC</h2>
        <label>Address <input type="search" placeholder="contains…" value=${address} onInput=${(
          event: Event,
        ) => filterAddress((event.target as HTMLInputElement).value)} /></label>
        <label>Sender <input type="search" placeholder="contains…" value=${sender} onInput=${(event: Event) =>
          filterSender((event.target as HTMLInputElement).value)} /></label>
        <button type="button" class="small" onClick=${() => store.change({ messages: [] })}>Clear</button>
      </header>
      <${Lines} label="Messages">
        ${matching.length === 0 &&
          html`<p class="empty">No message has come since this view was opened${
            address || sender ? ", or none that the filter lets through" : ""
          }.</p>`}
        ${matching.map((line) =>
          html`
            <p
              class="line osc-${line.direction}"><time>${clockText(
                line.unixMs,
                true,
              )}</time> <b>${line.direction === "in" ? "in " : "out"}</b> <span class="peer">${line
                .peer}</span> <span class="address">${line.address}</span> <span class="muted">${line.types &&
                `,${line.types}`}</span> ${line.args}</p>
          `
        )}
      <//>
      <form class="send" onSubmit=${send}>
        <label for="osc-text">Send</label>
        <input id="osc-text" class="mono" type="text" placeholder="/note 60 0.8" autocomplete="off" spellcheck="false" disabled=${!mayChange} value=${text} onInput=${(
          event: Event,
        ) => write((event.target as HTMLInputElement).value)} />
        <button type="submit" disabled=${!mayChange || text.trim() === ""}>Send</button>
        <span class="problem" role="alert">${problem}</span>
      </form>
    </section>
  `;
}
