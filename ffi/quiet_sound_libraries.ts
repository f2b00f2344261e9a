/**
 * ALSA and JACK print to stderr from inside, whatever the program wants: dozens of lines when devices are probed, more
 * when a server dies. Both let a program take their messages over; ours go nowhere, because PortAudio reports every
 * error that matters as a value. Redirecting descriptor 2 was rejected: it would swallow other threads' output as well.
 */
const alsaSymbols = {
  /** `int snd_lib_error_set_handler(snd_lib_error_handler_t handler)` */
  snd_lib_error_set_handler: { parameters: ["pointer"], result: "i32" },
} as const;

const jackSymbols = {
  /** `void jack_set_error_function(void (*func)(const char *))` */
  jack_set_error_function: { parameters: ["pointer"], result: "void" },
  /** `void jack_set_info_function(void (*func)(const char *))` */
  jack_set_info_function: { parameters: ["pointer"], result: "void" },
} as const;

/**
 * Takes the messages of libasound and libjack over, where they are installed, and keeps JACK from starting a server
 * because somebody looked for one. Main isolate, before PortAudio is initialised.
 *
 * @param ignore address of a C function that accepts any arguments and does nothing
 */
export function quietSoundLibraries(ignore: Deno.PointerValue): void {
  Deno.env.set("JACK_NO_START_SERVER", "1");
  try {
    Deno.dlopen("libasound.so.2", alsaSymbols).symbols.snd_lib_error_set_handler(ignore);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    const { symbols } = Deno.dlopen("libjack.so.0", jackSymbols);
    symbols.jack_set_error_function(ignore);
    symbols.jack_set_info_function(ignore);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The library is not installed, so it prints nothing either. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && !(error instanceof Deno.errors.NotCapable);
}
