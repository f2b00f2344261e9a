/** The addresses at which the page is served beside OSCQuery: `/` for browsers, and its files below `/ui/`. Main isolate. */
import { type PageFile, PageFiles } from "./page_files.ts";

interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** A route of the server, which this room does not know: the server's own rooms know the page's protocol. */
interface PageRoute {
  readonly path: string;
  readonly accept?: "html";
  readonly respond: (question: unknown, url: URL) => Promise<PageAnswer>;
}

const notThere: PageAnswer = {
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body: "there is no such file of the page; load the page again\n",
};

/**
 * Routes for the server of OSCQuery.
 *
 * @param root folder of the program, with `/` at its end
 */
export function pageRoutes(root: URL): readonly PageRoute[] {
  const files = new PageFiles(root);
  return [
    { path: "/", accept: "html", respond: async () => answer(await files.page()) },
    {
      path: "/ui/",
      respond: async (_question, url) => answer(await files.file(url.pathname.slice("/ui/".length))),
    },
  ];
}

function answer(file: PageFile | undefined): PageAnswer {
  return file === undefined ? notThere : { status: 200, ...file };
}
