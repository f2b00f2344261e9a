import type { ShowEvent } from "../../show/playing/show_event.ts";
import type { ShowListView, ShowStatusView } from "./show_view.ts";

/** The show that plays, as remotes and the page see it. Main isolate. */
export interface ShowControl {
  /**
   * Lets something happen to the show: GO, stop, panic and the others.
   *
   * @param at the frame at which it happens, as those of the views; omitted, or too early: as soon as commands take effect
   * @throws {CommandRefusedError} when there is no room for what follows from it: then nothing has happened
   */
  press(event: ShowEvent, at?: { readonly frame?: number }): void;
  /** The frame of the show's count, which goes on across restarts, of one that `EngineControl.frameAt` gives. */
  frameOf(engineFrame: number): number;
  readonly list: ShowListView;
  status(): ShowStatusView;
  /** Tells every change of the list, and of the status at most 20 times a second. Returns a function that ends it. */
  subscribe(listener: (change: "list" | "status") => void): () => void;
  /** Text of the show as it is played, with the edits that are not saved. */
  readonly text: string;
  /**
   * Puts another text in place of the show; what plays goes on.
   *
   * @returns warnings, each with its place
   * @throws {CommandRefusedError} with all mistakes, each with its place: the show before plays on
   */
  edit(text: string): Promise<readonly string[]>;
  /** Every mistake and warning of the text, each with its place. */
  check(): Promise<readonly string[]>;
  /** Reads the file again, as {@link edit}. */
  reload(): Promise<readonly string[]>;
  /** Writes the text of the last edit to the file. */
  save(): Promise<void>;
}

/** What remotes need of it. */
export type ShowRemote = Pick<ShowControl, "press" | "list" | "status" | "subscribe">;
