import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { pageRoutes } from "../../../osc/page/page_routes.ts";
import type { HttpQuestion } from "../../../osc/oscquery/http_listener.ts";
import { RouteTable } from "../../../osc/oscquery/route_table.ts";

const table = new RouteTable(pageRoutes(new URL("../../../", import.meta.url)));

async function ask(path: string, accept: string | null, encoding: string | null = null) {
  const url = new URL(path, "http://engine/");
  return await table.find(url, accept)?.respond({ encoding } as HttpQuestion, url);
}

Deno.test("a browser gets the page and its files, and a client of OSCQuery does not", async () => {
  const page = await ask("/", "text/html,*/*;q=0.8");
  strictEqual(page?.status, 200);
  match(page.headers["content-type"], /text\/html/);
  const [, style] = /href="([^"]+page\.css)"/.exec(new TextDecoder().decode(page.body as Uint8Array))!;
  const plain = (await ask(style, "*/*"))!;
  match(plain.headers["content-type"], /text\/css/);
  strictEqual(plain.headers["content-encoding"], undefined);
  const short = (await ask(style, "*/*", "br, gzip"))!;
  deepStrictEqual(
    [short.headers["content-encoding"], short.headers.vary],
    ["gzip", "origin, accept, accept-encoding"],
  );
  deepStrictEqual(new Uint8Array(gunzipSync(short.body as Uint8Array)), plain.body);
  strictEqual(await ask("/", "application/json"), undefined);
  strictEqual((await ask("/ui/nothing.js", "*/*"))?.status, 404);
});
