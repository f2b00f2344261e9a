import assert from "node:assert/strict";
import type { HttpAnswer, HttpQuestion } from "../../../osc/oscquery/http_listener.ts";
import { type HttpRoute, RouteTable } from "../../../osc/oscquery/route_table.ts";

const route = (path: string, more: Partial<HttpRoute> = {}): HttpRoute => ({
  path,
  respond: () => ({ status: 200, headers: {} }),
  ...more,
});

Deno.test("a path is one route's, one with a slash at its end has all below, and the longest of these counts", () => {
  const table = new RouteTable([route("/metrics"), route("/ui/"), route("/ui/fonts/"), route("/ui/socket")]);
  const found = (path: string) => table.find(new URL(path, "http://engine/"), null)?.path;
  assert.deepEqual(
    ["/metrics", "/metrics?x", "/metrics/", "/ui/app.js", "/ui/fonts/a", "/ui/socket", "/ui", "/", "/keys"]
      .map(found),
    ["/metrics", "/metrics", undefined, "/ui/", "/ui/fonts/", "/ui/socket", "", undefined, undefined],
  );
  // a folder without its slash leads to the folder
  const url = new URL("/ui?a=b", "http://engine/");
  const { status, headers } = table.find(url, null)!.respond({} as HttpQuestion, url) as HttpAnswer;
  assert.deepEqual([status, headers.location], [308, "/ui/?a=b"]);
  // a path that climbs is resolved before it is looked up
  assert.equal(found("/ui/../metrics"), "/metrics");
});

Deno.test("the root gives a browser the page, and OSCQuery to everyone else, also to a browser that asks an attribute", () => {
  const table = new RouteTable([route("/", { accept: "html" })]);
  const isPage = (accept: string | null, path = "/") =>
    table.find(new URL(path, "http://engine/"), accept) !== undefined;
  const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  assert.deepEqual(
    [
      browser,
      "text/HTML; q=0.5",
      "*/*",
      "application/json",
      null,
      "application/json, text/html;q=0",
      "text/html5",
    ]
      .map((accept) => isPage(accept)),
    [true, true, false, false, false, false, false],
  );
  assert.equal(isPage(browser, "/?HOST_INFO"), false);
});
