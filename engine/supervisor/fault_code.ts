import { type FaultKind, faultKinds } from "../control/control.ts";

/** The order word that makes a renderer commit this fault. */
export function faultCode(kind: FaultKind): number {
  return faultKinds.indexOf(kind) + 1;
}
