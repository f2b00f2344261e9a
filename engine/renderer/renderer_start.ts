/** Messages from the main isolate to a renderer's thread, checked there. */
import type { MessagePort } from "node:worker_threads";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { invariant } from "../../foundation/invariant.ts";
import { seatCount } from "../memory/constants.ts";

/** A patch and its place in the order of loading. */
export interface NumberedPatch {
  readonly number: number;
  readonly patch: Omit<CompiledPatch, "wasm">;
}

/** A patch that is sent to a living renderer. */
export interface PatchDelivery extends NumberedPatch {
  /** The log can no longer ask for patches before this one. */
  readonly oldest: number;
}

/** The data that a new renderer's thread begins with. */
export interface RendererStart {
  readonly buffer: SharedArrayBuffer;
  readonly seat: number;
  readonly incarnation: number;
  /** Every patch that the log may still ask for, oldest first; later ones come through the port. */
  readonly patches: readonly NumberedPatch[];
  readonly patchPort: MessagePort;
  readonly checksum: WebAssembly.Module;
  readonly nativeLibrary: string;
  readonly seed: number;
  readonly faultsAllowed: boolean;
}

/** The start as it arrived. Throws InvariantError when it is none. */
export function checkRendererStart(data: unknown): RendererStart {
  const start = data as RendererStart;
  invariant(start?.buffer instanceof SharedArrayBuffer, "renderer: expected a shared memory");
  invariant(
    isWhole(start.seat) && start.seat < seatCount,
    `renderer: expected a seat from 0 to ${seatCount - 1}, found ${start.seat}`,
  );
  invariant(start.checksum instanceof WebAssembly.Module, "renderer: expected the checksum's module");
  invariant(Number.isInteger(start.seed), `renderer: expected a whole number as seed, found ${start.seed}`);
  invariant(start.patches?.length > 0, "renderer: expected at least one patch");
  start.patches.forEach(checkPatch);
  return start;
}

/** The delivery as it arrived. Throws InvariantError when it is none. */
export function checkPatchDelivery(data: unknown): PatchDelivery {
  const delivery = data as PatchDelivery;
  checkPatch(delivery);
  invariant(
    isWhole(delivery.oldest) && delivery.oldest <= delivery.number,
    `renderer: expected an oldest patch up to ${delivery.number}, found ${delivery.oldest}`,
  );
  return delivery;
}

function checkPatch({ number, patch }: NumberedPatch): void {
  invariant(isWhole(number), `renderer: expected a number of a patch, found ${number}`);
  invariant(patch?.module instanceof WebAssembly.Module, `renderer: expected the code of patch ${number}`);
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
