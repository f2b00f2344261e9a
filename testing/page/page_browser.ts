/** A real browser that shows the operator's page. */
import { type Browser, chromium, type Page } from "playwright-core";
import type { Needs } from "../requirement.ts";

/** What a test of the page needs of the machine. */
export const browserNeeds: Needs = { commands: ["chromium"], install: "apt-get install chromium" };

/** A browser without a window; a sandbox of its own is not there for root. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
}

/** What went wrong in a page: errors, refusals of its policy, failed requests. A connection that is refused is not among them. */
export function troubleOf(page: Page): readonly string[] {
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.includes("ERR_CONNECTION_REFUSED")) trouble.push(text);
  });
  return trouble;
}
