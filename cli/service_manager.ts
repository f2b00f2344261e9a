import type { EngineStatus } from "../engine/control/control.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";

/** The status of an engine, as far as systemd is told. */
type Told = Pick<EngineStatus, "state" | "patch" | "device" | "block" | "agreeingRenderers" | "journal">;

/** Renderers that must agree for the watchdog: only then is it known that what sounds is right. */
const minRenderers = 2;

/**
 * Tells systemd how the engine is, by the socket that it names in the environment: ready, what it does, that it ends; and
 * feeds its watchdog, but only while blocks are handed over and two renderers agree on them. An engine that is silent is started
 * again. Main isolate.
 */
export class ServiceManager {
  readonly #native: NativeLibrary;
  readonly #address: Uint8Array<ArrayBuffer>;
  readonly #watchdogMs: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #block: number | undefined;
  #status = "";

  private constructor(native: NativeLibrary, socket: string, watchdogMs: number | undefined) {
    this.#native = native;
    this.#address = new TextEncoder().encode(socket.replace(/^@/, "\0"));
    this.#watchdogMs = watchdogMs;
  }

  /** The manager that the environment names; undefined: this process is not a service. */
  static find(
    native: NativeLibrary,
    environment: Readonly<Record<string, string | undefined>>,
    processId = Deno.pid,
  ): ServiceManager | undefined {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: period, WATCHDOG_PID: watched } = environment;
    if (!socket || !/^[/@]/.test(socket)) return undefined;
    const isWatched = watched === undefined || watched === String(processId);
    const watchdogMs = Number(period) / 1_000;
    return new ServiceManager(native, socket, isWatched && watchdogMs > 0 ? watchdogMs : undefined);
  }

  /** The engine plays: from here on its status is told, and the watchdog fed. */
  plays(status: () => Told): void {
    this.#send("READY=1");
    this.watch(status());
    this.#timer = setInterval(() => this.watch(status()), Math.min(1_000, (this.#watchdogMs ?? 2_000) / 2));
  }

  /** One look at the engine. */
  watch({ state, patch, device, block, agreeingRenderers: renderers, journal }: Told): void {
    const status = `${state}: ${patch} on ${device}, ${renderers} renderers agree, state on disk: ${journal}`;
    if (status !== this.#status) this.#send(`STATUS=${status}`);
    this.#status = status;
    const moves = block !== this.#block;
    this.#block = block;
    if (this.#watchdogMs !== undefined && moves && renderers >= minRenderers && state !== "silent") {
      this.#send("WATCHDOG=1");
    }
  }

  /** Settings and patch are read again now; {@link reloaded} ends that. */
  reloads(): void {
    this.#send("RELOADING=1");
  }

  reloaded(): void {
    this.#send("READY=1");
  }

  stops(): void {
    clearInterval(this.#timer);
    this.#send("STOPPING=1\nSTATUS=stopping");
  }

  #send(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#native.symbols.us_send_datagram(this.#address, this.#address.length, bytes, bytes.length);
  }
}
