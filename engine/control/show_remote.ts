/** The show as remotes see it, whatever plays it: OSC, MIDI, timecode and the clock press, and read what is shown. */
import type { ShowEvent } from "../../show/playing/show_event.ts";
import type { ShowListView, ShowStatusView } from "./show_view.ts";

export interface ShowRemote {
  readonly list: ShowListView;
  status(): ShowStatusView;
  /**
   * Does something to the show.
   *
   * @param at when it happens, in frames of {@link ShowStatusView.frame}; omitted: as soon as commands take effect
   * @throws {CommandRefusedError} with the reason
   */
  press(event: ShowEvent, at?: { readonly frame?: number }): void;
  /** Calls the listener after each change. Returns a function that ends it. */
  subscribe(listener: (change: "list" | "status") => void): () => void;
}
