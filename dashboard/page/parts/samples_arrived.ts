/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Binary messages of the connection, for whichever part of the page wants them. The page's thread. */
import { Observers } from "../../../foundation/observers.ts";

/** Everyone who wants samples. */
export const samplesArrived: Observers<ArrayBuffer> = new Observers<ArrayBuffer>(reportError);
