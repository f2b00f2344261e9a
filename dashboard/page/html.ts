/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Templates of the page: htm over Preact, without a build step. */
import htm from "htm";
import { h, type VNode } from "preact";

/** Makes elements of a template text. */
export const html =
  (htm as unknown as { bind(make: typeof h): (texts: TemplateStringsArray, ...values: unknown[]) => VNode })
    .bind(h);
