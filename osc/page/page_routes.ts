/** The addresses at which the page is served beside OSCQuery: `/` for browsers, and its files below `/ui/`. Main isolate. */
import { accepts } from "../../foundation/accepts.ts";
import type { HttpAnswer, HttpQuestion } from "../oscquery/http_listener.ts";
import type { HttpRoute } from "../oscquery/route_table.ts";
import { type PageFile, PageFiles } from "../../dashboard/files/page_files.ts";

const notThere: HttpAnswer = {
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body: "there is no such file of the page; load the page again\n",
};

/**
 * Routes for the server of OSCQuery.
 *
 * @param root folder of the program, with `/` at its end
 */
export function pageRoutes(root: URL): readonly HttpRoute[] {
  const files = new PageFiles(root);
  return [
    { path: "/", accept: "html", respond: async (question) => answer(await files.page(), question) },
    {
      path: "/ui/",
      respond: async (question, url) => answer(await files.file(url.pathname.slice("/ui/".length)), question),
    },
  ];
}

function answer(file: PageFile | undefined, { encoding }: HttpQuestion): HttpAnswer {
  if (file === undefined) return notThere;
  const { headers, body, compressed } = file;
  if (compressed === undefined || !accepts(encoding, "gzip")) return { status: 200, headers, body };
  return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: compressed };
}
