import { until } from "../until.ts";
import { PageConnection } from "./page_connection.ts";

/** Pages that want everything and come back by themselves, as those of a browser do. */
export class OpenPages {
  readonly #url: () => string | undefined;
  readonly #open = new Set<PageConnection>();
  readonly #ends: Promise<void>[] = [];
  #isStopped = false;
  /** Connections that were opened, and messages that came. */
  opened = 0;
  received = 0;

  /** @param url of the server as it is now; undefined: it is not known yet */
  constructor(count: number, url: () => string | undefined) {
    this.#url = url;
    for (let page = 0; page < count; page++) this.#ends.push(this.#keep());
  }

  /** Closes them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#open].map((page) => page.close()));
    await Promise.all(this.#ends);
  }

  async #keep(): Promise<void> {
    while (!this.#isStopped) {
      const url = this.#url();
      const page = url === undefined ? undefined : await PageConnection.open(url).catch(() => undefined);
      if (page) await this.#show(page);
      else await until("another engine", () => this.#isStopped || this.#url() !== url);
    }
  }

  async #show(page: PageConnection): Promise<void> {
    this.opened++;
    this.#open.add(page);
    page.send({
      type: "want",
      liveHz: 20,
      histograms: true,
      scope: { frames: 2_048, hz: 15 },
      listen: { format: "s16" },
      osc: {},
      log: "info",
    });
    await page.closed;
    this.#open.delete(page);
    this.received += page.messages.length + page.samples.length;
  }
}
