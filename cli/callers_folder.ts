import { fileURLToPath } from "node:url";

/**
 * A task runs in the folder of the project, and `INIT_CWD` names the folder in which it was typed: there lie the files that
 * arguments and settings name. A program that was started elsewhere stays where it is, because it was no task.
 *
 * @param project the folder of the project
 */
export function enterCallersFolder(project: URL, initial: string | undefined): void {
  if (initial === undefined || project.protocol !== "file:") return;
  try {
    if (Deno.realPathSync(Deno.cwd()) !== Deno.realPathSync(fileURLToPath(project))) return;
    Deno.chdir(initial);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
