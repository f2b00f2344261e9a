import { deepStrictEqual, throws } from "node:assert/strict";
import { type LinkedModule, linkModules } from "../../../dashboard/files/link_modules.ts";

const module = (path: string, text: string, imports: Record<string, string> = {}): LinkedModule => ({
  ...{ path, text },
  imports: new Map(Object.entries(imports)),
});

/** What the linked module leaves in the global `result`. */
function run(modules: readonly LinkedModule[]): unknown {
  const text = linkModules(modules, (path) => `https://stage/${path}`);
  return new Function("globalThis", `${text}; return globalThis.result;`)({});
}

Deno.test("names that are exported reach who imports them, by every form that the page uses", () => {
  const modules = [
    module("lib.js", `const a=1,b=2;function c(){return a+b}export{a as one,c as sum};`),
    module("tag.js", `var by=10;export default function (x) { return x * by; }\n`),
    module(
      "part.ts",
      `import { one, sum as total } from "lib";\nimport tag from "tag";\nexport const ten = tag(one);\n` +
        `export function three() { return total(); }\nexport class Five { five = 5; }\nconst ten2 = 0;\n`,
      { lib: "lib.js", tag: "tag.js" },
    ),
    module(
      "main.ts",
      `import "./part.ts";\nimport {\n  Five,\n  ten,\n  three,\n} from "./part.ts";\n` +
        `const own = import.meta.url;\nglobalThis.result = [ten, three(), new Five().five, own];\n`,
      { "./part.ts": "part.ts" },
    ),
  ];
  deepStrictEqual(run(modules), [10, 3, 5, "https://stage/main.ts"]);
});

Deno.test("what it does not know is refused by name, and so is a module that does not run before", () => {
  throws(() => run([module("a.ts", `export * from "./b.ts";\n`)]), /a\.ts: cannot link "export \* from/);
  throws(() => run([module("a.ts", `const b = 1;export * as c from "./b.ts";\n`)]), /a\.ts: cannot link/);
  throws(
    () => run([module("a.ts", `import { b } from "./b.ts";\n`, { "./b.ts": "b.ts" })]),
    /a\.ts: "\.\/b\.ts" must run/,
  );
});
