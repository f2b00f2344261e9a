/** What this seat may do: everything, after a login, or only look. The secret goes from the field to the connection, nowhere else. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { usePage, useStore } from "../state/page_context.ts";

/** The state of the seat, with a form where a secret is asked for. */
export function Seat(): VNode {
  const { connection } = usePage();
  const { seat, reason, problem } = useStore(({ access }) => access);
  const isKnown = useStore(({ hello }) => hello !== undefined);
  const [secret, write] = useState("");
  if (!isKnown || seat === "change") return html`<span class="seat"></span>`;
  if (seat === "read") {
    return html`<span class="seat seat-read" title=${reason}>Read only<span class="unseen">: ${reason}</span></span>`;
  }
  const login = (event: Event) => {
    event.preventDefault();
    connection.login(secret);
    write("");
  };
  return html`
    <form class="seat seat-login" onSubmit=${login}>
      <input type="text" class="unseen" autocomplete="username" value="operator" tabindex="-1" aria-hidden="true"
        readonly />
      <label for="secret">Secret</label>
      <input id="secret" type="password" autocomplete="current-password" value=${secret} onInput=${(
        event: Event,
      ) => write((event.target as HTMLInputElement).value)} />
      <button type="submit" disabled=${secret === ""}>Log in</button>
      <span class="problem" role="alert">${problem}</span>
    </form>
  `;
}
