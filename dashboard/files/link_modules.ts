/**
 * Joins modules into one, so that a browser asks once and not fifty times. Each becomes a function that runs once and returns what it
 * exports; they run in the order of their imports, so circles are refused. It reads the forms of `import` and `export` that the page and
 * its libraries use, and refuses others by name: it is no compiler. Main isolate.
 */

/** A module without types. */
export interface LinkedModule {
  readonly path: string;
  readonly text: string;
  /** Paths of the modules that it imports, by the names in its text. */
  readonly imports: ReadonlyMap<string, string>;
}

const importForm = /^\s*import\s*(?:([\w$]+)\s+from|\{([^}]*)\}\s*from)\s*"([^"]+)";?/gm;
const bareImport = /^\s*import\s*"[^"]+";?/gm;
const declaration = /^export\s+((?:async\s+)?function\*?|class|const)\s+([\w$]+)/gm;
const defaultForm = /\bexport\s+default\s+/g;
const listForm = /\bexport\s*\{([^}]*)\};?/g;
const unknownForm = /(?:^|[;}])\s*(?:export|import)\b(?!\s*\(|\.meta)/m;

/**
 * The text of one module that does what `modules` do.
 *
 * @param modules in the order in which they run: each after all that it imports
 * @param addressOf where the browser finds a file, in place of `import.meta.url`
 */
export function linkModules(modules: readonly LinkedModule[], addressOf: (path: string) => string): string {
  const names = new Map<string, string>();
  const parts = modules.map((module, index) => {
    const text = linked(module, names).replaceAll(
      "import.meta.url",
      `new URL(${JSON.stringify(addressOf(module.path))}, globalThis.location?.href).href`,
    );
    names.set(module.path, `module${index}`);
    return `// ${module.path}\nconst module${index} = (() => {\n${text}\n})();`;
  });
  return `${parts.join("\n")}\n`;
}

function linked({ path, text, imports }: LinkedModule, names: ReadonlyMap<string, string>): string {
  const exported: string[] = [];
  const nameOf = (used: string) => {
    const name = names.get(imports.get(used) ?? "");
    if (name === undefined) {
      throw new Error(`${path}: "${used}" must run before it, and imports it in a circle`);
    }
    return name;
  };
  const body = text
    .replace(
      importForm,
      (_whole, single: string | undefined, list: string | undefined, used: string) =>
        single === undefined
          ? `const {${pairs(list!, ": ")}} = ${nameOf(used)};`
          : `const ${single} = ${nameOf(used)}.default;`,
    )
    .replace(bareImport, "")
    .replace(declaration, (_whole, kind: string, name: string) => {
      exported.push(name);
      return `${kind} ${name}`;
    })
    .replace(defaultForm, () => {
      exported.push("default: exportedByDefault");
      return "const exportedByDefault = ";
    })
    .replace(listForm, (_whole, list: string) => {
      exported.push(
        ...list.split(",").filter((item) => item.trim() !== "").map((item) => {
          const [local, name = local] = item.trim().split(/\s+as\s+/);
          return `${name}: ${local}`;
        }),
      );
      return "";
    });
  const left = unknownForm.exec(body);
  if (left) throw new Error(`${path}: cannot link "${body.slice(left.index).trim().split("\n")[0]}"`);
  return `${body}\nreturn { ${exported.join(", ")} };`;
}

/** `a, b as c` as it stands in a pattern. */
function pairs(list: string, between: string): string {
  return list.split(",").map((item) => item.trim()).filter((item) => item !== "")
    .map((item) => ` ${item.split(/\s+as\s+/).join(between)}`).join(",");
}
