import { match, strictEqual } from "node:assert/strict";
import { pageRoutes } from "../../../osc/page/page_routes.ts";
import type { HttpQuestion } from "../../../osc/oscquery/http_listener.ts";
import { RouteTable } from "../../../osc/oscquery/route_table.ts";

const table = new RouteTable(pageRoutes(new URL("../../../", import.meta.url)));

async function ask(path: string, accept: string | null) {
  const url = new URL(path, "http://engine/");
  return await table.find(url, accept)?.respond({} as HttpQuestion, url);
}

Deno.test("a browser gets the page and its files, and a client of OSCQuery does not", async () => {
  const page = await ask("/", "text/html,*/*;q=0.8");
  strictEqual(page?.status, 200);
  match(page.headers["content-type"], /text\/html/);
  const [, style] = /href="([^"]+page\.css)"/.exec(new TextDecoder().decode(page.body as Uint8Array))!;
  match((await ask(style, "*/*"))!.headers["content-type"], /text\/css/);
  strictEqual(await ask("/", "application/json"), undefined);
  strictEqual((await ask("/ui/nothing.js", "*/*"))?.status, 404);
});
