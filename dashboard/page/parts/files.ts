/** The recorder, and the files of recordings and sessions. */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { bytesText, clockText, durationText } from "../figures/format.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";

/** What is recorded, and what was. */
export function Files(): VNode {
  const { connection } = usePage();
  const files = useStore(({ files }) => files);
  const recorder = useStore(({ status }) => status?.recorder);
  const session = useStore(({ status }) => status?.session ?? "");
  const state = recorder?.state ?? "none";
  const contact = useStore(({ contact }) => contact.state);
  useEffect(() => void connection.send({ type: "files" }), [state, contact]);
  return html`
    <section class="card" aria-labelledby="files-title">
      <header class="card-head">
        <h2 id="files-title">Recordings and sessions</h2>
        <${RecordButton} />
        <button type="button" class="small" onClick=${() =>
          connection.send({ type: "files" })}>Refresh</button>
      </header>
      <p class="hint">${session
        ? html`The session is written to <code>${session}</code>.`
        : "No session is written; start with UNDERSTUDY_SESSION to keep one."}
        ${recorder?.problem && html`
          <strong class="problem">${recorder.problem}</strong>
        `}</p>
      ${!files || files.length === 0
        ? html`<p class="empty">${
          files ? "There are no files yet." : "The engine has not listed its files yet."
        }</p>`
        : html`
          <div class="table-scroll" role="region" aria-label="Files" tabindex="0">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Time</th>
                  <th scope="col" class="number">Length</th>
                  <th scope="col" class="number">Size</th>
                  <th scope="col"><span class="unseen">Download</span></th>
                </tr>
              </thead>
              <tbody>${files.map(({ name, kind, unixMs, seconds, bytes, isOpen, path }) =>
                html`
                  <tr key=${kind + name}>
                    <th scope="row">${name}</th>
                    <td>${kind}</td>
                    <td>${new Date(unixMs).toLocaleDateString()} ${clockText(unixMs)}</td>
                    <td class="number">${seconds === undefined ? "–" : durationText(seconds)}</td>
                    <td class="number">${bytesText(bytes)}</td>
                    <td>${isOpen
                      ? html`<span class="muted">being written</span>`
                      : path
                      ? html`<a href=${path} download=${name}>Download<span class="unseen"> ${name}</span></a>`
                      : ""}</td>
                  </tr>
                `
              )}
            </tbody>
            </table>
          </div>
        `}
    </section>
  `;
}

/** Starts and stops the recorder. */
export function RecordButton(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const recorder = useStore(({ status }) => status?.recorder);
  if (!recorder) {
    return html`
      <button type="button" disabled
        title="This engine has no recorder"><span class="dot" aria-hidden="true"></span>Record</button>
    `;
  }
  const isOn = recorder.state === "recording";
  return html`
    <button type="button" class=${isOn
      ? "recording"
      : ""} aria-pressed=${isOn} disabled=${!mayChange} onClick=${() =>
      osc(isOn ? "/rec/stop" : "/rec/start")}>
      <span class="dot" aria-hidden="true"></span>${isOn
        ? `Recording ${durationText(recorder.seconds)}`
        : recorder.state === "failed"
        ? "Record (failed)"
        : "Record"}
    </button>
  `;
}
