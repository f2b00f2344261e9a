import assert from "node:assert/strict";
import { FlacEncoding } from "../../../engine/recorder/flac_encoding.ts";
import { WavEncoding } from "../../../engine/recorder/wav_encoding.ts";
import { recordingSeconds } from "../../../osc/oscquery/recording_seconds.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

Deno.test("the length is read from the beginning of WAV, RF64 and closed FLAC; other files and open FLAC have none", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a`;
    const secondsOf = async (bytes: Uint8Array) => {
      await Deno.writeFile(path, bytes);
      return await recordingSeconds(path);
    };
    const wav = new WavEncoding(testRecording, 0);
    const flac = new FlacEncoding({ ...testRecording, format: "flac16" }, 0);
    flac.encode(new Float32Array(12_000 * 2));
    flac.finish();
    assert.equal(await secondsOf(wav.header(4_000)), 0.5);
    assert.equal(await secondsOf(wav.header(2 ** 32)), 2 ** 32 / 8_000);
    assert.equal(await secondsOf(flac.header()), undefined);
    assert.equal(await secondsOf(flac.close([]).header), 1.5);
    for (const other of ["", "RIFF", "fLaC", "RIFF\0\0\0\0WAVEdata\0\0\0\0", "x".repeat(9_000)]) {
      assert.equal(await secondsOf(new TextEncoder().encode(other)), undefined);
    }
  }));
