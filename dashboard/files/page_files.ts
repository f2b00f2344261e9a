/**
 * The files of the page, as a browser gets them. The page is written in TypeScript and served without a build step: types are erased
 * when the page is first asked for, and its modules become one; packages are copies in `dashboard/lib`. What is served is what the page's
 * first module imports, and nothing else of the disk. Addresses hold a hash of all files, so browsers keep them for good, and
 * never mix two versions. Main isolate.
 */
import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";
import { gzipSync } from "node:zlib";
import { type LinkedModule, linkModules } from "./link_modules.ts";

/** A file with the headers that belong to it. */
export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body by gzip; omitted: it would be hardly shorter. */
  readonly compressed?: Uint8Array<ArrayBuffer>;
}

/** Where modules are found that the page imports by name. */
const packages: Readonly<Record<string, string>> = {
  htm: "dashboard/lib/htm.js",
  preact: "dashboard/lib/preact.js",
  "preact/hooks": "dashboard/lib/preact_hooks.js",
  uplot: "dashboard/lib/uplot.js",
  "jsonc-parser": "dashboard/lib/jsonc_parser.js",
};

const entry = "dashboard/page/main.ts";
const worklet = "dashboard/page/listen/listen_worklet.ts";
const page = "dashboard/page/index.html";
/** Served as they are. The library of charts is asked for when the first one is shown, the last two when somebody edits a show. */
const others = [
  "dashboard/page/icon.svg",
  "dashboard/lib/uplot.js",
  "dashboard/lib/jsonc_parser.js",
  "show/show.schema.json",
];
/** One style sheet of several, so that a browser asks once. */
const style = "dashboard/page/page.css";
const styleOfCharts = "dashboard/lib/uplot.css";
const styleOfShow = "dashboard/page/show/show.css";
/** Declarations of the light theme: for those whose system is light, and for those who choose it. */
const lightTheme = "dashboard/page/light_theme.css";

/** Files of fewer bytes are not compressed. */
const minCompressedBytes = 1_000;

/** Content types by the end of a name. */
const types: Readonly<Record<string, string>> = {
  ts: "text/javascript; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
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

/** A cache keeps the forms of a file apart. */
const vary = { vary: "origin, accept, accept-encoding" };

function bodyOf(text: string): Pick<PageFile, "body" | "compressed"> {
  const body = new TextEncoder().encode(text);
  return body.length < minCompressedBytes ? { body } : { body, compressed: new Uint8Array(gzipSync(body)) };
}

/** `import … from "x"` at the beginning of a line. */
const imports = /^\s*import\b[^"'`;]*?"([^"]+)"/gm;

/** `import("x")`. */
const lateImports = /\bimport\("([^"]+)"\)/g;

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
    const programs = await Promise.all([entry, worklet].map((path) => this.#modules(path)));
    const texts = new Map<string, string>();
    for (const path of others) texts.set(path, await this.#text(path));
    texts.set(style, await this.#style());
    const html = await this.#text(page);
    const hash = createHash("sha256").update(html);
    for (const { path, text } of programs.flat()) hash.update(`${path}\0${text}\0`);
    for (const [path, text] of texts) hash.update(`${path}\0${text}\0`);
    const version = hash.digest("hex").slice(0, 16);
    const base = `/ui/${version}`;
    for (const modules of programs) {
      const { path } = modules.at(-1)!;
      const text = linkModules(modules, (path) => `${base}/${path}`);
      texts.set(
        path,
        text.replace(
          lateImports,
          (whole, name) => name in packages ? `import("${base}/${packages[name]}")` : whole,
        ),
      );
    }
    const files = new Map<string, PageFile>();
    for (const [path, text] of texts) {
      files.set(`${version}/${path}`, {
        ...bodyOf(text),
        headers: {
          "content-type": types[path.slice(path.lastIndexOf(".") + 1)],
          "cache-control": "public, max-age=31536000, immutable",
          "content-security-policy": contentSecurityPolicy,
          ...vary,
        },
      });
    }
    files.set("/", {
      ...bodyOf(html.replaceAll("{base}", base)),
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": contentSecurityPolicy,
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        ...vary,
      },
    });
    return files;
  }

  /** The style sheets in one, with the light theme in both of its places. */
  async #style(): Promise<string> {
    const light = await this.#text(lightTheme);
    return [
      await this.#text(styleOfCharts),
      await this.#text(style),
      await this.#text(styleOfShow),
      `@media (prefers-color-scheme: light) {\n${
        light.replace(":root", ':root:not([data-theme="dark"])')
      }}\n`,
      light.replace(":root", ':root[data-theme="light"]'),
    ].join("\n");
  }

  /** A module and all that it imports, each after what it imports itself. */
  async #modules(first: string): Promise<LinkedModule[]> {
    const modules = new Map<string, LinkedModule>();
    const visit = async (path: string, above: readonly string[]): Promise<void> => {
      if (modules.has(path)) return;
      if (above.includes(path)) throw new Error(`${path} imports itself: ${above.join(" → ")}`);
      const source = await this.#text(path);
      const text = path.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
      const used = new Map<string, string>();
      for (const [, name] of text.matchAll(imports)) {
        used.set(name, packages[name] ?? new URL(name, `file:///${path}`).pathname.slice(1));
      }
      for (const next of used.values()) await visit(next, [...above, path]);
      modules.set(path, { path, text, imports: used });
    };
    await visit(first, []);
    return [...modules.values()];
  }

  #text(path: string): Promise<string> {
    return Deno.readTextFile(new URL(path, this.#root));
  }
}
