/**
 * Screenshots of the operator's page for docs/page.md, in real Chromium, of the real program on a real sound server (`jackd -d dummy`):
 * calm, a failover, a lost device, clipping, silence, without contact, the signal view, a phone; dark and light; and of a show.
 *
 *     deno task page:screenshots
 *     deno task page:screenshots --show      those of a show alone
 */
import type { Page } from "playwright-core";
import { developmentCommand } from "../testing/development_command.ts";
import { startBrowser } from "../testing/page/page_browser.ts";
import { freeTcpPort, startPageProgram } from "../testing/page/page_program.ts";
import { writePageShow } from "../testing/page/page_show.ts";
import { startSoundServer } from "../testing/sound/sound_server.ts";

const folder = new URL("../docs/pictures/page/", import.meta.url);
const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

const { options: { show: onlyShow } } = developmentCommand(import.meta.url, {
  options: { show: { usual: false, about: "make the pictures of a show alone" } },
});
await Deno.mkdir(folder, { recursive: true });
await shootShow();
if (!onlyShow) await shootEngine();

async function shootEngine(): Promise<void> {
  const server = await startSoundServer(48_000, 256);
  const program = await startPageProgram({
    patch: "keys",
    port: freeTcpPort(),
    environment: { ...server.env, UNDERSTUDY_DRIVER: "jack" },
  });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: wide, colorScheme: "dark" });
    page.setDefaultTimeout(180_000);
    await page.goto(program.url);
    await page.locator(".role[data-renderer]").nth(2).waitFor();
    await shoot(page, "silent");

    await playUntil(page, '.state[data-level="good"]');
    await shoot(page, "calm");
    await page.emulateMedia({ colorScheme: "light" });
    await shoot(page, "light");
    await page.getByRole("tab", { name: "Signal" }).click();
    await page.locator(".chart canvas").nth(3).waitFor();
    await chord(page, 0.8);
    await page.waitForTimeout(2_500); // the histograms show what comes in a second
    await shoot(page, "signal", { isWhole: true });
    await page.emulateMedia({ colorScheme: "dark" });

    await page.getByRole("tab", { name: "Operate" }).click();
    await chord(page, 0.8);
    await page.getByLabel("Whom").selectOption("standby");
    await page.getByRole("button", { name: "Hang" }).click();
    await page.locator('.event-line[data-kind="fault"]').first().waitFor();
    await shoot(page, "failover");
    await page.locator(".role[data-renderer]").nth(2).waitFor();

    await send(page, "/patch/load sines"); // which has no limiter
    await page.locator(".state", { hasText: "sines" }).waitFor();
    await send(page, "/master/gainDb 12.0");
    await playUntil(page, ".clip-limit, .clip-clip");
    await shoot(page, "clipping");
    await page.setViewportSize(phone);
    await shoot(page, "phone", { isWhole: true });
    await page.setViewportSize(wide);
    await page.getByRole("button", { name: "Reset clip" }).click();

    await server.kill();
    await page.locator(".state-word", { hasText: "No device" }).waitFor();
    await shoot(page, "device-lost");

    await program.stop("SIGKILL");
    await page.locator(".state-word", { hasText: "No contact" }).waitFor();
    await shoot(page, "no-contact");
  } finally {
    await browser.close();
    await program.stop("SIGKILL");
    await server.stop();
  }
}

async function shootShow(): Promise<void> {
  const shows = await Deno.makeTempDir({ prefix: "understudy-show-" });
  const server = await startSoundServer(48_000, 256);
  const program = await startPageProgram({
    port: freeTcpPort(),
    environment: { ...server.env, UNDERSTUDY_DRIVER: "jack", UNDERSTUDY_SHOW: await writePageShow(shows) },
  });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: wide, colorScheme: "dark" });
    page.setDefaultTimeout(180_000);
    await page.goto(program.url);
    const next = (name: string) => page.locator(".next-name", { hasText: name }).waitFor();
    await next("preset");
    await page.locator('.state:not([data-level="unknown"])').waitFor();
    await shoot(page, "show-calm");
    const go = async () => {
      await page.locator('.go[data-state="ready"]').waitFor(); // the guard ignores one that comes too soon
      await page.keyboard.press("Space");
    };
    for (const name of ["wind on", "bell", "the ghost"]) {
      await go();
      await next(name);
    }
    await page.locator('.running-cue[data-key="3"]').waitFor();
    await go();
    await page.locator('.running-cue[data-key="5.1"]').waitFor();
    await page.waitForTimeout(1_500); // the fade of the drone is on its way
    await shoot(page, "show-running");
    await page.emulateMedia({ colorScheme: "light" });
    await shoot(page, "show-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(phone);
    await shoot(page, "show-phone");
    await page.setViewportSize(wide);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.locator('[data-row="3"] button').click();
    await page.locator("#cue-name").waitFor();
    await shoot(page, "show-edit", { isWhole: true });
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press("Escape");
    await page.locator(".panicking").waitFor();
    await shoot(page, "show-panic", { restMs: 0 }); // the fade is over in two seconds
  } finally {
    await browser.close();
    await program.stop("SIGKILL");
    await server.stop();
    await Deno.remove(shows, { recursive: true });
  }
}

async function shoot(page: Page, name: string, { isWhole = false, restMs = 600 } = {}): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  // meters and numbers come to rest between two updates
  await page.waitForTimeout(restMs);
  await page.screenshot({ path: new URL(`${name}.png`, folder).pathname, fullPage: isWhole });
  console.log(`docs/pictures/page/${name}.png`);
}

/** Plays a chord over the page's own connection, through the Messages view's form where keys are not shown. */
async function chord(page: Page, velocity: number): Promise<void> {
  const view = await page.locator('[role="tab"][aria-selected="true"]').innerText();
  await page.getByRole("tab", { name: "Messages" }).click();
  for (const note of [41, 48, 57, 60, 64, 67]) {
    await page.getByLabel("Send", { exact: true }).fill(`/note ${note} ${velocity.toFixed(2)}`);
    await page.keyboard.press("Enter");
  }
  await page.getByRole("tab", { name: view }).click();
}

/** Plays until the page looks so: a chord fades away, and a busy machine is late. */
async function playUntil(page: Page, selector: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await chord(page, 1);
    try {
      return await page.locator(selector).first().waitFor({ timeout: 8_000 });
    } catch {
      console.log(`not yet: ${selector}; the page says: ${await page.locator(".state-words").innerText()}`);
    }
  }
  throw new Error(`the page never shows ${selector}`);
}

/** Sends a message by the form of the Messages view. */
async function send(page: Page, message: string): Promise<void> {
  await page.getByRole("tab", { name: "Messages" }).click();
  await page.getByLabel("Send", { exact: true }).fill(message);
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Play" }).click();
}
