/** What changes who plays: patch, planned switch of roles, and, where it is allowed, faults on purpose. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";

/** What a kind of fault does, in words of an operator. */
const faultWords: Readonly<Record<string, string>> = {
  kill: "Kill",
  throw: "Throw an error",
  trap: "Trap in the patch",
  hang: "Hang",
  stall: "Stall",
  slow: "Become slow",
  oom: "Run out of memory",
  corrupt: "Play a wrong sample",
};

/** The controls of the engine. */
export function Operate(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const patch = useStore(({ patch }) => patch);
  const hello = useStore(({ hello }) => hello);
  const [chosen, choose] = useState("");
  const [target, aim] = useState("primary");
  const faults = hello?.faults;
  return html`
    <div class="operate">
      <section class="card" aria-labelledby="patch-title">
        <header class="card-head"><h2 id="patch-title">Patch</h2></header>
        <p class="hint">The new patch fades in while the old one plays. Held notes and effects of the same name go on.</p>
        <div class="row">
          <label for="patch-choice">Load</label>
          <select id="patch-choice" disabled=${!mayChange} value=${chosen || patch?.name} onChange=${(
            event: Event,
          ) => choose((event.target as HTMLSelectElement).value)}>
            ${[...new Set([...(patch ? [patch.name] : []), ...(patch?.patches ?? [])])].map((name) =>
              html`<option value=${name}>${name}</option>`
            )}
          </select>
          <button type="button" disabled=${!mayChange} onClick=${() =>
            osc("/patch/load", { type: "s", value: chosen || patch?.name || "" })}>Load patch</button>
        </div>
      </section>
      <section class="card" aria-labelledby="roles-title">
        <header class="card-head"><h2 id="roles-title">Planned switch</h2></header>
        <p class="hint">Primary and standby exchange their roles. No sample changes.</p>
        <div class="row"><button type="button" disabled=${!mayChange} onClick=${() =>
          osc("/engine/failover")}>Switch primary and standby</button></div>
      </section>
      ${faults && html`
        <section class="card faults" aria-labelledby="faults-title">
          <header class="card-head">
            <h2 id="faults-title">Break it on purpose</h2>
          </header>
          <p class="hint">Faults are allowed (UNDERSTUDY_FAULTS). Break a renderer and listen: the sound goes on.</p>
          <div class="row">
            <label for="fault-target">Whom</label>
            <select id="fault-target" value=${target} onChange=${(event: Event) =>
              aim((event.target as HTMLSelectElement).value)}>
              ${faults.targets.map((name) => html`<option value=${name}>${name}</option>`)}
            </select>
            ${faults.kinds.map((kind) =>
              html`
                <button type="button" class="fault" key=${kind} disabled=${!mayChange}
                  onClick=${() =>
                    osc("/engine/fault", { type: "s", value: kind }, {
                      type: "s",
                      value: target,
                    })}>${faultWords[kind] ?? kind}</button>
              `
            )}
          </div>
        </section>
      `}
    </div>
  `;
}
