/** Ogg Vorbis: a packet is heard with the one before it, so one packet before a place is enough. */
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { codecFrames, data, header, type OggPage as LibraryPage, vorbisSetup } from "codec-parser";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { inWavOrder, type OggCodec, type PacketDecoder } from "./ogg_codec.ts";

/** Room of the library for a packet. */
const maxPacketBytes = 2 ** 17;

/**
 * Takes the three packets before the sound.
 *
 * @throws {SoundFileError}
 */
export function vorbisCodec([description, , setup]: readonly Uint8Array<ArrayBuffer>[]): OggCodec {
  const channels = description[11];
  const sampleRateHz = new DataView(description.buffer, description.byteOffset).getUint32(12, true);
  const isSetup = setup !== undefined && String.fromCharCode(...setup.subarray(0, 7)) === "\x05vorbis";
  if (!isSetup || setup.length > maxPacketBytes) {
    throw new SoundFileError("it is damaged: its headers break off");
  }
  let decoder: Promise<PacketDecoder> | undefined;
  return {
    ...{ kind: "Ogg Vorbis", channels, sampleRateHz, headers: 3, preSkip: 0 },
    // its decoder has no other memory than the packet before, so one decoder serves all places
    ...{ prerollFrames: 0, isPrimed: true },
    open: () => decoder ??= openDecoder(description, setup),
  };
}

async function openDecoder(
  description: Uint8Array<ArrayBuffer>,
  setup: Uint8Array<ArrayBuffer>,
): Promise<PacketDecoder> {
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  let isDescribed = false;
  return {
    async decode(packet) {
      if (packet.length === 0 || packet.length > maxPacketBytes) return [];
      const page = {
        [data]: packet,
        [codecFrames]: [{ [header]: { [vorbisSetup]: setup }, [data]: packet }],
      };
      const asked = isDescribed ? [page] : [{ [data]: description, [codecFrames]: [] }, page];
      isDescribed = true;
      const { channelData } = await decoder.decodeOggPages(asked as unknown as LibraryPage[]);
      return inWavOrder(channelData);
    },
    free: () => {},
  };
}
