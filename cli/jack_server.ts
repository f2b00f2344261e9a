import type { Config } from "../config/settings.ts";
import { leastDimensions } from "../engine/memory/dimensions.ts";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { JackClient, type JackDevice } from "../ffi/jack.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { quietSoundLibraries } from "../ffi/quiet_sound_libraries.ts";
import { sharedMemoryPointer } from "../ffi/shared_memory_pointer.ts";

/** A device for people: `system (2 channels)`. */
export function jackDeviceText({ name, channels }: JackDevice): string {
  return `${name} (${channels} channel${channels === 1 ? "" : "s"})`;
}

/** What a server of JACK says of itself. */
export interface JackServer {
  readonly periodFrames: number;
  /** Clients that have physical inputs; each can be named in `UNDERSTUDY_DEVICE`. */
  readonly devices: readonly JackDevice[];
}

/** Asks the server that the sound would go to, by a client that plays nothing. Throws `JackError`. */
export async function jackServer(config: Config, native: NativeLibrary): Promise<JackServer> {
  quietSoundLibraries(native.symbols.us_ignore_address());
  const memory = SharedMemory.create(leastDimensions({ ...config, channels: 1, inputChannels: 0 }));
  const client = await JackClient.open(native, {
    clientName: `${config.jackName}-question`,
    connections: "",
    sampleRateHz: config.sampleRateHz,
    sharedMemory: sharedMemoryPointer(native, memory.bytes),
  });
  try {
    return { periodFrames: client.poll().periodFrames, devices: await client.devices() };
  } finally {
    await client.close();
  }
}
