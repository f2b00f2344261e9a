/**
 * The files of the page, as a browser gets them. The page is written in TypeScript and served without a build step: types are erased
 * when a file is first asked for, and names of packages become addresses of the copies in `dashboard/lib`. What is served is what the
 * page's first module imports, and nothing else of the disk. Addresses hold a hash of all files, so browsers keep them for good, and
 * never mix two versions. Main isolate.
 */
import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";

/** A file with the headers that belong to it. */
export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Where modules are found that the page imports by name. */
const packages: Readonly<Record<string, string>> = {
  htm: "dashboard/lib/htm.js",
  preact: "dashboard/lib/preact.js",
  "preact/hooks": "dashboard/lib/preact_hooks.js",
  uplot: "dashboard/lib/uplot.js",
};

const entry = "dashboard/page/main.ts";
const worklet = "dashboard/page/listen/listen_worklet.ts";
const page = "dashboard/page/index.html";
const others = ["dashboard/page/page.css", "dashboard/page/icon.svg", "dashboard/lib/uplot.css"];

/** Content types by the end of a name. */
const types: Readonly<Record<string, string>> = {
  ts: "text/javascript; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * What a page may do: load from its own server, and connect to it. No script or style in the text of a page, no frame around it, no
 * form that goes elsewhere.
 */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `import … from "x"`, `export … from "x"`, `import("x")`, `import "x"`. */
const imports = /((?:\bfrom|\bimport)\s*\(?\s*)"([^"]+)"/g;

export class PageFiles {
  readonly #root: URL;
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined;

  /** @param root folder of the program, with `/` at its end */
  constructor(root: URL) {
    this.#root = root;
  }

  /** The page itself. Rejects when a file of it is missing or cannot be read. */
  async page(): Promise<PageFile> {
    return (await this.#all()).get("/")!;
  }

  /** A file by its path below `/ui/`; undefined: there is none, or it is of another version. */
  async file(path: string): Promise<PageFile | undefined> {
    return path === "" ? undefined : (await this.#all()).get(path);
  }

  #all(): Promise<ReadonlyMap<string, PageFile>> {
    this.#files ??= this.#read().catch((error) => {
      this.#files = undefined; // asked again, it may be there
      throw error;
    });
    return this.#files;
  }

  async #read(): Promise<ReadonlyMap<string, PageFile>> {
    const texts = new Map<string, string>();
    const atOnce = await this.#modules(entry, texts);
    await this.#modules(worklet, texts);
    for (const path of others) texts.set(path, await this.#text(path));
    const html = await this.#text(page);
    const hash = createHash("sha256").update(html);
    for (const [path, text] of texts) hash.update(`${path}\0${text}\0`);
    const version = hash.digest("hex").slice(0, 16);
    const base = `/ui/${version}`;
    const files = new Map<string, PageFile>();
    for (const [path, text] of texts) {
      files.set(`${version}/${path}`, {
        headers: {
          "content-type": types[path.slice(path.lastIndexOf(".") + 1)],
          "cache-control": "public, max-age=31536000, immutable",
          "content-security-policy": contentSecurityPolicy,
        },
        body: new TextEncoder().encode(
          text.replace(
            imports,
            (whole, before, name) => name in packages ? `${before}"${base}/${packages[name]}"` : whole,
          ),
        ),
      });
    }
    const preloads = atOnce.map((path) => `<link rel="modulepreload" href="${base}/${path}">`).join("\n    ");
    files.set("/", {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": contentSecurityPolicy,
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
      },
      body: new TextEncoder().encode(html.replaceAll("{base}", base).replace("{preloads}", preloads)),
    });
    return files;
  }

  /** Reads a module and all that it imports. Returns the paths of those that are needed before it runs. */
  async #modules(first: string, texts: Map<string, string>): Promise<string[]> {
    const atOnce: string[] = [];
    const open = [{ path: first, isAtOnce: true }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { path, isAtOnce } = next;
      if (isAtOnce) atOnce.push(path);
      if (texts.has(path)) continue;
      const source = await this.#text(path);
      const text = path.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
      texts.set(path, text);
      for (const [whole, , name] of text.matchAll(imports)) {
        const isLater = whole.includes("(");
        const used = packages[name] ?? new URL(name, `file:///${path}`).pathname.slice(1);
        open.push({ path: used, isAtOnce: isAtOnce && !isLater });
      }
    }
    return [...new Set(atOnce)];
  }

  #text(path: string): Promise<string> {
    return Deno.readTextFile(new URL(path, this.#root));
  }
}
