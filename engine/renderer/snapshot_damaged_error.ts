import { RendererStaleError } from "./renderer_stale_error.ts";

/** The snapshot that a joiner was given is not what its writer reported: nobody can join from it. */
export class SnapshotDamagedError extends RendererStaleError {
  override readonly name = "SnapshotDamagedError";
}
