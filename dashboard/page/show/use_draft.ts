/** The text of the show while somebody edits it: each edit is sent at once, and what the engine refuses stays until it is mended. */
import { useEffect, useState } from "preact/hooks";
import { usePage, useStore } from "../state/page_context.ts";
import type { ShowSchema } from "./cue_field.ts";
import { canBeSent, type DraftCue, draftCues, type JsonLibrary } from "./show_draft.ts";
import { mistakesOf, type ShowMistake } from "./show_mistake.ts";

/** What is needed to edit, loaded when somebody does. */
export interface EditTools {
  readonly json: JsonLibrary;
  readonly schema: ShowSchema;
}

export interface Draft {
  /** Undefined: they are not there yet. */
  readonly tools?: EditTools;
  /** Undefined: the engine has not sent it yet. */
  readonly text?: string;
  /** In the order of the list. */
  readonly cues: readonly DraftCue[];
  /** Why the engine does not play this text; empty: it does. */
  readonly mistakes: readonly ShowMistake[];
  /** Why editing does not work at all; empty: it does. */
  readonly problem: string;
  /** Edited since it was saved or loaded by this page. */
  readonly isUnsaved: boolean;
  readonly canUndo: boolean;
  edit(text: string): void;
  undo(): void;
  save(): void;
  /** Goes back to what the engine plays. */
  discard(): void;
}

/** Edits that can be undone. */
const maxUndo = 100;

interface Edited {
  readonly text?: string;
  readonly past: readonly string[];
  /** Edits that the engine has not answered. */
  readonly waiting: number;
  readonly mistakes: readonly ShowMistake[];
  readonly isUnsaved: boolean;
}

/** The draft of this page. */
export function useDraft(): Draft {
  const { osc, connection } = usePage();
  const revision = useStore(({ showList }) => showList?.revision);
  const told = useStore(({ showText }) => showText);
  const answer = useStore(({ showAnswer }) => showAnswer);
  const contact = useStore(({ contact }) => contact.state);
  const [tools, keep] = useState<EditTools | undefined>(undefined);
  const [problem, say] = useState("");
  const [edited, change] = useState<Edited>({ past: [], waiting: 0, mistakes: [], isUnsaved: false });

  useEffect(() => {
    loadTools().then(keep, (error: Error) => say(`The editor could not be loaded: ${error.message}`));
  }, []);
  useEffect(() => {
    if (contact === "open") connection.send({ type: "showText" });
  }, [revision, contact]);
  useEffect(() => {
    if (told === undefined) return;
    change((before) =>
      before.waiting > 0 || before.mistakes.length > 0 ? before : { ...before, text: told.text }
    );
  }, [told]);
  // what was sent over a connection that is gone has no answer
  useEffect(() => change((before) => ({ ...before, waiting: 0 })), [contact]);
  useEffect(() => {
    const { address, refusal } = answer ?? {};
    if (address === "/show/edit") {
      change((before) => ({
        ...before,
        waiting: Math.max(0, before.waiting - 1),
        mistakes: refusal === undefined ? [] : mistakesOf(refusal),
      }));
    }
    const isFile = address === "/show/save" || address === "/show/load" || address === "/show/reload";
    if (isFile && refusal === undefined) change((before) => ({ ...before, isUnsaved: false }));
  }, [answer?.id]);

  const send = (text: string, past: readonly string[]) => {
    if (!canBeSent(text)) {
      return say("The show is too long to be edited here. Edit its file, then press Reload.");
    }
    if (!osc("/show/edit", { type: "s", value: text })) {
      return say("The engine is not connected: nothing was changed.");
    }
    say("");
    change((before) => ({ ...before, text, past, waiting: before.waiting + 1, isUnsaved: true }));
  };
  return {
    tools,
    text: edited.text,
    cues: tools && edited.text !== undefined ? draftCues(tools.json, edited.text) ?? none : none,
    mistakes: edited.mistakes,
    problem,
    isUnsaved: edited.isUnsaved,
    canUndo: edited.past.length > 0,
    edit: (text) => {
      const { text: before } = edited;
      if (text !== before) {
        send(text, [...edited.past, ...(before === undefined ? [] : [before])].slice(-maxUndo));
      }
    },
    undo: () => {
      const before = edited.past.at(-1);
      if (before !== undefined) send(before, edited.past.slice(0, -1));
    },
    save: () => void osc("/show/save"),
    discard: () => {
      change((before) => ({ ...before, mistakes: [], waiting: 0 }));
      connection.send({ type: "showText" });
    },
  };
}

const none: readonly DraftCue[] = [];

async function loadTools(): Promise<EditTools> {
  const [json, schema] = await Promise.all([
    import("jsonc-parser"),
    fetch(new URL("../../../show/show.schema.json", import.meta.url)).then((answer) => {
      if (!answer.ok) throw new Error(`the schema is not there (${answer.status})`);
      return answer.json();
    }),
  ]);
  return { json, schema };
}
