/** Says changes of the big state to screen readers: the word and its reason, and nothing that moves many times a second. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { headlineOf } from "../state/headline.ts";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";

/** A state that lasts less than this is not said: a voice takes longer to say it. */
const steadyMs = 1_000;

/** A live region that nobody sees. */
export function Announcer(): VNode {
  // the reason changes by the second where it counts them; the word and the level do not
  const word = useStore((state) => {
    const { level, word } = headlineOf(state);
    return `${word}. ${
      level === "good" || level === "quiet" ? "" : headlineOf(state).reason.replace(/\d+ s/, "")
    }`;
  });
  const [said, say] = useState("");
  useEffect(() => {
    const wait = setTimeout(() => say(word), steadyMs);
    return () => clearTimeout(wait);
  }, [word]);
  return html`<p class="unseen" role="status">${said}</p>`;
}
