/**
 * Files of the program that are tested only by way of others. Each waits for `tests/<path>_test.ts`; the list may get
 * shorter, never longer.
 */
export const awaitingTests: readonly string[] = [
  "cli/render_score.ts",
  "engine/device/device_watch.ts",
  "engine/device/portaudio_driver.ts",
  "engine/engine.ts",
  "engine/patch_swap/patch_swap.ts",
  "engine/report/status.ts",
  "ffi/midi_input.ts",
  "ffi/quiet_sound_libraries.ts",
  "main.ts",
  "patches/loading/compile_named.ts",
  "patches/loading/read_tuning.ts",
];
