/** How the parts of the page reach the engine: what is known of it, and what they may ask. The page's thread. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { OscValue, Want } from "../../protocol.ts";
import type { PageConnection } from "./page_connection.ts";
import { emptyState, type PageState, Store } from "./store.ts";

/** What a part of the page works with. */
export interface Page {
  readonly store: Store;
  readonly connection: Pick<PageConnection, "send" | "want" | "login">;
}

const nothing: Page = {
  store: new Store({ nowMs: () => 0, soon: () => {} }, emptyState),
  connection: { send: () => false, want: () => {}, login: () => false },
};

/** The page that a part belongs to. */
export const PageContext = createContext<Page>(nothing);

/** The page, and a short way to send OSC. */
export function usePage(): Page & { readonly osc: (address: string, ...args: OscValue[]) => boolean } {
  const page = useContext(PageContext);
  return { ...page, osc: (address, ...args) => page.connection.send({ type: "osc", address, args }) };
}

/** A part of the state; whoever calls it is drawn again when that part is another one. */
export function useStore<T>(select: (state: PageState) => T): T {
  const { store } = useContext(PageContext);
  const [, draw] = useState(0);
  const selected = select(store.state);
  useEffect(() => {
    let drawn = selected;
    const compare = () => {
      const now = select(store.state);
      if (Object.is(now, drawn)) return;
      drawn = now;
      draw((count) => count + 1);
    };
    compare(); // it may have changed between drawing and this
    return store.subscribe(compare);
  });
  return selected;
}

/** Calls back after each change, without drawing anything again: for what moves many times a second. */
export function useLive(show: (state: PageState) => void): void {
  const { store } = useContext(PageContext);
  useEffect(() => {
    show(store.state);
    return store.subscribe(() => show(store.state));
  });
}

/** While the part is on the page, the engine sends this too. */
export function useWant(part: string, wanted: Omit<Want, "type"> | undefined): void {
  const { connection } = useContext(PageContext);
  const text = JSON.stringify(wanted);
  useEffect(() => {
    connection.want(part, wanted);
    return () => connection.want(part, undefined);
  }, [text]);
}

/** Whether this seat may change the sound now. */
export function useMayChange(): boolean {
  return useStore(({ access, contact }) => access.seat === "change" && contact.state === "open");
}
