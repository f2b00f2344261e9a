/**
 * What else is served at the port of OSCQuery: the operator's page, metrics, recordings. Every request has passed the same checks
 * (Host and Origin, rate of its host, connections) before a route gets it. Main isolate.
 */
import { accepts } from "../../foundation/accepts.ts";
import type { HttpAnswer, HttpPeer, HttpQuestion, QuerySocket, SocketHandler } from "./http_listener.ts";

/** An address of HTTP and what answers there. The first part of its path is a reserved name of patches. */
export interface HttpRoute {
  /** e.g. `/metrics`. One that ends in a slash takes everything below; `/` takes the root alone. */
  readonly path: string;
  /** `html`: only what a browser asks for to show it; other clients get OSCQuery's answer. */
  readonly accept?: "html";
  /** Answers GET and HEAD; a body is left out of the answer to HEAD. Must not hold the main isolate for longer than a turn. */
  readonly respond: (question: HttpQuestion, url: URL) => HttpAnswer | Promise<HttpAnswer>;
  /** Takes WebSockets that are opened here; omitted: they are OSCQuery's. */
  readonly onSocket?: (socket: QuerySocket, peer: HttpPeer) => SocketHandler;
}

export class RouteTable {
  readonly #exact = new Map<string, HttpRoute>();
  readonly #below: HttpRoute[] = [];

  /** @param routes of several for one path the first one counts */
  constructor(routes: readonly HttpRoute[]) {
    for (const route of routes) {
      if (route.path !== "/" && route.path.endsWith("/")) this.#below.push(route);
      else if (!this.#exact.has(route.path)) this.#exact.set(route.path, route);
    }
    this.#below.sort((one, other) => other.path.length - one.path.length);
  }

  /** The route of a request; undefined: OSCQuery answers it. A folder without its slash leads to the folder. */
  find({ pathname, search }: URL, accept: string | null): HttpRoute | undefined {
    const route = this.#exact.get(pathname) ?? this.#below.find(({ path }) => pathname.startsWith(path)) ??
      (this.#below.some(({ path }) => path === `${pathname}/`) ? toFolder : undefined);
    if (route?.accept === "html" && (search !== "" || !accepts(accept, "text/html"))) return undefined;
    return route;
  }
}

const toFolder: HttpRoute = {
  path: "",
  respond: (_question, { pathname, search }) => ({
    status: 308,
    headers: { location: `${pathname}/${search}`, "content-type": "text/plain" },
    body: `see ${pathname}/\n`,
  }),
};
