import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SeatState } from "../../../engine/memory/layout.ts";
import { PlayerReport } from "../../../engine/memory/player_reports.ts";
import { reportFieldIndex } from "../../../engine/memory/seats.ts";
import { pageSamplesIndex } from "../../../engine/memory/places.ts";
import { findPage } from "../../../engine/memory/stream_pages.ts";
import type { StreamReaderReport } from "../../../engine/streams/reader_messages.ts";
import { StreamReader } from "../../../engine/streams/stream_reader.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

const perPage = 8_192;

Deno.test("it keeps the beginning and places of a file, reads on before a player, and back to where a slice begins", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    await writeNoise({ path, seed: 5, frames: 20 * perPage, channels: 1, sampleRateHz: 8_000 });
    const memory = testMemory({ pageCount: 32 });
    const reports: StreamReaderReport[] = [];
    const reader = new StreamReader(memory, (report) => reports.push(report));
    const opened = reader.open(3, path);
    reader.pin(3, 5 * perPage + 100); // it is not open yet
    await opened;
    while (await reader.turn());
    const sha256 = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    assert.deepEqual(reports, [
      { kind: "armed", file: 3, channels: 1, frames: 20 * perPage },
      { kind: "pinned", file: 3, frame: 5 * perPage + 100 },
      { kind: "hashed", file: 3, sha256 },
    ]);
    const there = () =>
      Array.from({ length: 20 }, (_, page) => page).filter((page) => findPage(memory, 3, page) >= 0);
    assert.deepEqual(there(), [0, 1, 2, 5, 6, 7], "more than the half second, where there is room");
    const seat = reportFieldIndex(memory, 2, "players");
    const player = {
      file: 3,
      state: 2,
      frame: 9 * perPage - 10,
      sliceStart: 7 * perPage + 5,
      sliceEnd: 9 * perPage,
      opened: 1,
    };
    for (const [name, value] of Object.entries(player)) {
      memory.words[seat + PlayerReport[name as keyof typeof PlayerReport]] = value;
    }
    memory.floats[seat + PlayerReport.rate] = 1;
    memory.words[reportFieldIndex(memory, 2, "state")] = SeatState.running;
    while (await reader.turn());
    assert.deepEqual(there(), [0, 1, 2, 5, 6, 7, 8, 9, 10, 11]);
    await reader.close(3);
    assert.deepEqual(there(), []);
    reader.end();
  }));

Deno.test("a file that is none, and one for which there is no room, are told", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.wav`, "no sound");
    await writeNoise({
      path: `${folder}/a.wav`,
      seed: 6,
      frames: 20 * perPage,
      channels: 2,
      sampleRateHz: 8_000,
    });
    const reports: StreamReaderReport[] = [];
    const reader = new StreamReader(testMemory({ pageCount: 1 }), (report) => reports.push(report));
    await reader.open(1, `${folder}/text.wav`);
    await reader.open(2, `${folder}/a.wav`);
    await reader.open(3, `${folder}/a.wav`);
    while (await reader.turn());
    const told = reports.filter((report) => report.kind === "failed").map(({ problem }) => problem);
    assert.match(told[0], /text\.wav: expected WAV/);
    assert.match(told[1], /no room for its beginning in memory: .*UNDERSTUDY_STREAM_MIB/);
    await Promise.all([2, 3].map((file) => reader.close(file)));
    reader.end();
  }));

Deno.test("when the process that decodes falls it is told, and the pages that come after it are those of the file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const samples = await writeNoise({
      ...{ path, seed: 7, frames: 4 * perPage, channels: 1, sampleRateHz: 8_000 },
    });
    const memory = testMemory({ pageCount: 8 });
    const reports: StreamReaderReport[] = [];
    const reader = new StreamReader(memory, (report) => reports.push(report));
    await reader.open(1, path);
    reader.fall();
    while (await reader.turn());
    assert.match(
      reports.filter((report) => report.kind === "loss").map(({ text }) => text).join(),
      /the process that decodes sound files ended \(SIGKILL\) and was started again/,
    );
    const first = pageSamplesIndex(memory, findPage(memory, 1, 1));
    assert.deepEqual(memory.floats.slice(first, first + perPage), samples.slice(perPage, 2 * perPage));
    await reader.close(1);
    reader.end();
  }));
