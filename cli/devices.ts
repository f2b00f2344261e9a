import { JackError } from "../ffi/jack.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { type Device, PortAudio } from "../ffi/portaudio.ts";
import type { Config } from "../config/settings.ts";
import { loadNative } from "../config/load_native.ts";
import { jackDeviceText, jackServer } from "./jack_server.ts";

/** `understudy devices`: a table of all audio devices, and how to name one. Throws PortAudio's errors. */
export async function listDevices(config: Config): Promise<string> {
  const { native } = await loadNative(config, () => {});
  const jack = await jackText(config, native);
  const portAudio = await PortAudio.open(native.symbols.us_ignore_address(), config.portAudioPath);
  try {
    const devices = portAudio.devices();
    if (devices.length === 0) {
      return "No audio devices. Connect one or start a sound server; without any, the engine keeps time by its clock.\n" +
        jack;
    }
    return [
      `${portAudio.version}\n`,
      ...devices.map(row),
      "\nName one in UNDERSTUDY_DEVICE, by index or name.\n" + jack,
    ].join("\n");
  } finally {
    await portAudio.close();
  }
}

/** The devices of a server of JACK, which the engine plays to by a client of its own; empty without a server. */
async function jackText(config: Config, native: NativeLibrary): Promise<string> {
  try {
    const { devices, periodFrames } = await jackServer(config, native);
    return `\nA JACK server runs, with periods of ${periodFrames} frames: the engine plays to it unless UNDERSTUDY_DRIVER=portaudio.\n` +
      `Its devices, by name: ${devices.map(jackDeviceText).join(", ") || "none"}\n`;
  } catch (error) {
    if (!(error instanceof JackError)) throw error;
    return error.problem === "library" || error.problem === "server" ? "" : `\n${error.message}\n`;
  }
}

function row(device: Device): string {
  const marks = [
    device.isDefaultOutput ? "default output" : "",
    device.isDefaultInput ? "default input" : "",
  ];
  const channels = `${device.maxOutputChannels} out, ${device.maxInputChannels} in`;
  const latencyMs = (device.lowOutputLatencySeconds * 1_000).toFixed(1);
  return [
    `${String(device.index).padStart(3)}  ${device.hostApi}: ${device.name}`,
    `     ${channels}, ${device.defaultSampleRateHz} Hz, ${latencyMs} ms${
      marks.filter(Boolean).map((mark) => `, ${mark}`).join("")
    }`,
  ].join("\n");
}
