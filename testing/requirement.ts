import { existsSync } from "node:fs";

/** What a test needs of the machine beyond Deno, and the command that brings it. */
export interface Needs {
  /** Programs that must be on the PATH. */
  readonly commands?: readonly string[];
  /** Shared libraries by file name, looked for where the dynamic linker looks. */
  readonly libraries?: readonly string[];
  /** What cannot be looked up by name, with whether it is there. */
  readonly conditions?: Readonly<Record<string, boolean>>;
  /** What this process must be allowed to do. A right cannot be installed: without it the test is skipped in CI too. */
  readonly rights?: Readonly<Record<string, boolean>>;
  /** The command that installs what is missing. */
  readonly install: string;
}

/**
 * Registers a test that needs something of the machine. Where it is missing, the test is skipped with a loud, counted
 * notice; under `CI=true` a missing program or library fails instead, so that nothing looks green that did not run.
 */
export function requirement(test: Deno.TestDefinition, needs: Needs): void {
  const missing = [
    ...(needs.commands ?? []).filter((command) => !onPath(command)),
    ...(needs.libraries ?? []).filter((library) => !loadable(library)),
    ...Object.entries(needs.conditions ?? {}).filter(([, holds]) => !holds).map(([name]) => name),
  ];
  const lacking = Object.entries(needs.rights ?? {}).filter(([, holds]) => !holds).map(([name]) => name);
  if (missing.length + lacking.length === 0) return Deno.test(test);
  const notice = `needs ${[...missing, ...lacking].join(", ")}; install with: ${needs.install}`;
  if (Deno.env.get("CI") === "true" && missing.length > 0) {
    return Deno.test({
      ...test,
      fn: () => {
        throw new Error(`${test.name}: ${notice}`);
      },
    });
  }
  console.error(`SKIPPED ${test.name}: ${notice}`);
  Deno.test({ ...test, ignore: true });
}

/** Whether a program of this name stands in a folder of the PATH. */
export function onPath(command: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => existsSync(`${folder}/${command}`));
}

/** Whether the dynamic linker finds a shared library of this name. */
export function loadable(library: string): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch {
    return false;
  }
}
