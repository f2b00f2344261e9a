/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Starts the page: connects to the engine that served it, and draws. The browser. */
import { render } from "preact";
import { html } from "./html.ts";
import { App } from "./parts/app.ts";
import { samplesArrived } from "./parts/samples_arrived.ts";
import { PageConnection } from "./state/page_connection.ts";
import { PageContext } from "./state/page_context.ts";
import { Store } from "./state/store.ts";

/** Pause between two ticks, by which ages grow and silence is noticed, in milliseconds. */
const tickMs = 250;

const nowMs = () => performance.now();
const store = new Store({ nowMs, soon: (run) => void requestAnimationFrame(run) });
const url = new URL("/ui/socket", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
url.hash = "";
const connection = new PageConnection({
  url: url.href,
  onMessage: (message) => store.receive(message),
  onSamples: (data) => samplesArrived.notify(data),
  onContact: (state, retryInMs) =>
    store.contact(state, retryInMs === undefined ? undefined : nowMs() + retryInMs),
});
connection.start();
document.addEventListener("visibilitychange", () => connection.isHidden = document.hidden);
setInterval(() => store.tick(), tickMs);
const place = document.getElementById("page")!;
render(
  html`
    <${PageContext.Provider} value=${{ store, connection }}>
      <${App} />
      <//>
  `,
  place,
);
