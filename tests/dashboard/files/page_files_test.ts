import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert/strict";
import { contentSecurityPolicy, PageFiles } from "../../../dashboard/files/page_files.ts";

const root = new URL("../../../", import.meta.url);
const text = ({ body }: { readonly body: Uint8Array }) => new TextDecoder().decode(body);

Deno.test("the page names its files by their version, and has no script or style in its text", async () => {
  const files = new PageFiles(root);
  const page = text(await files.page());
  match((await files.page()).headers["cache-control"], /no-cache/);
  doesNotMatch(page, /<script(?![^>]* src=)|<style|style=|onclick|\{base\}/);
  const paths = [...page.matchAll(/(?:href|src)="\/ui\/([^"]+)"/g)].map(([, path]) => path);
  strictEqual(paths.length, 3);
  for (const path of paths) {
    const file = await files.file(path);
    ok(file, path);
    match(file.headers["cache-control"], /immutable/);
    strictEqual(file.headers["content-security-policy"], contentSecurityPolicy);
  }
  doesNotMatch(contentSecurityPolicy, /unsafe|\*|http/);
});

Deno.test("the light theme is written once and counts for who has a light system and for who chooses it", async () => {
  const files = new PageFiles(root);
  const [, style] = /href="\/ui\/([^"]+page\.css)"/.exec(text(await files.page()))!;
  const css = text((await files.file(style))!);
  const declarations = (start: string) => {
    const from = css.indexOf(start);
    ok(from >= 0, start);
    return css.slice(css.indexOf("{", from) + 1, css.indexOf("}", from));
  };
  const bySystem = declarations(':root:not([data-theme="dark"])');
  match(bySystem, /color-scheme: light;[^]*--ground: /);
  strictEqual(declarations(':root[data-theme="light"]'), bySystem);
  match(css, /\.uplot/);
});

Deno.test("one module has the whole page, without types, and loads nothing that is not served", async () => {
  const files = new PageFiles(root);
  const [version] = /\/ui\/([0-9a-f]{16})\//.exec(text(await files.page()))!.slice(1);
  const main = text((await files.file(`${version}/dashboard/page/main.ts`))!);
  ok(
    !/^(?:import|export|interface|type)\b/m.test(main),
    "a statement is left that only a module with types has",
  );
  const later = [...main.matchAll(/\bimport\("([^"]+)"\)|new URL\("(\.[^"]+)", new URL\("([^"]+)"/g)]
    .map(([, direct, relative, from]) => direct ?? new URL(relative, `http://engine${from}`).pathname);
  strictEqual(later.length, 4);
  for (const path of later) ok(await files.file(path.slice("/ui/".length)), path);
});

Deno.test("nothing else of the disk is served", async () => {
  const files = new PageFiles(root);
  for (const path of ["", "deno.json", "../deno.json", "0000000000000000/dashboard/page/main.ts", "/"]) {
    deepStrictEqual(path === "/" ? undefined : await files.file(path), undefined, path);
  }
});

Deno.test("files that are not there are an error, and are looked for again", async () => {
  const files = new PageFiles(new URL("nothing/", root));
  await rejects(files.page(), /NotFound|No such file/);
  await rejects(files.page(), /NotFound|No such file/);
});
