/**
 * The recordings of the sound over HTTP: a list, and each file, whole or in part. Serves files of one folder, by names that are no paths, to
 * hosts that may ask over OSC. Main isolate; files are read beside it.
 */
import { plainAnswer } from "./plain_answer.ts";
import { extname, join } from "node:path";
import type { AccessControl } from "../admission/access_control.ts";
import { recordingSeconds } from "./recording_seconds.ts";
import type { HttpAnswer, HttpQuestion } from "./http_listener.ts";
import type { HttpRoute } from "./route_table.ts";

/** A file in the list. */
export interface ListedRecording {
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601, when it was written last. */
  readonly modified: string;
  /** Sound in it; omitted: the file does not say. */
  readonly seconds?: number;
  /** Path of its address. */
  readonly url: string;
}

export interface RecordingsOptions {
  readonly folder: string;
  readonly access: Pick<AccessControl, "verdict">;
}

const recordingsPath = "/recordings/";

const contentTypes: Readonly<Record<string, string>> = { ".wav": "audio/wav", ".flac": "audio/flac" };

/** The longest name of a file, in bytes. */
const maxNameBytes = 255;

/** Files in the list, at most: the newest. */
const maxListed = 1_000;

const pieceBytes = 65_536;

/** The route; the folder need not exist. */
export function recordingsRoute({ folder, access }: RecordingsOptions): HttpRoute {
  return {
    path: recordingsPath,
    respond: async (question, { pathname }) => {
      if (access.verdict(question.peer.hostname) === "forbidden") {
        return plainAnswer(403, "this host may not ask; see UNDERSTUDY_OSC_ALLOW");
      }
      if (pathname === recordingsPath) return json(await listRecordings(folder));
      const name = nameIn(pathname);
      if (name === undefined) return plainAnswer(404, "there is no such recording");
      return await answerFile(join(folder, name), name, question);
    },
  };
}

/** Recordings in a folder, the newest first; none where there is no folder. */
export async function listRecordings(folder: string): Promise<readonly ListedRecording[]> {
  const found: { name: string; bytes: number; ms: number }[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || !isRecording(name)) continue;
      const info = await Deno.lstat(join(folder, name)).catch(() => undefined); // it may have been removed meanwhile
      if (info?.isFile) found.push({ name, bytes: info.size, ms: info.mtime?.getTime() ?? 0 });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const newest = found.sort((one, other) => other.ms - one.ms).slice(0, maxListed);
  return await Promise.all(newest.map(async ({ name, bytes, ms }) => ({
    ...{ name, bytes },
    modified: new Date(ms).toISOString(),
    seconds: await recordingSeconds(join(folder, name)).catch(() => undefined), // it has just gone
    url: recordingsPath + encodeURIComponent(name),
  })));
}

function isRecording(name: string): boolean {
  return !name.startsWith(".") && !/[/\\\0]/.test(name) && extname(name).toLowerCase() in contentTypes;
}

/** The name in a path; undefined: it is none of a recording. */
function nameIn(pathname: string): string | undefined {
  try {
    const name = decodeURIComponent(pathname.slice(recordingsPath.length));
    const isName = isRecording(name) && new TextEncoder().encode(name).length <= maxNameBytes;
    return isName ? name : undefined;
  } catch {
    return undefined; // no UTF-8
  }
}

async function answerFile(path: string, name: string, { method, range }: HttpQuestion): Promise<HttpAnswer> {
  let file: Deno.FsFile | undefined;
  try {
    if (!(await Deno.lstat(path)).isFile) return plainAnswer(404, "there is no such recording"); // a link may lead out of the folder
    file = await Deno.open(path);
    const { size } = await file.stat();
    const wanted = range === null ? undefined : partOf(range, size);
    const part = wanted ?? { from: 0, to: size };
    if (wanted && wanted.from >= wanted.to) {
      file.close();
      const refusal = plainAnswer(416, `the file has ${size} bytes, none of them in this range`);
      return { ...refusal, headers: { ...refusal.headers, "content-range": `bytes */${size}` } };
    }
    await file.seek(part.from, Deno.SeekMode.Start);
    const headers = {
      "content-type": contentTypes[extname(name).toLowerCase()],
      "content-length": String(part.to - part.from),
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      "accept-ranges": "bytes",
      ...(wanted && { "content-range": `bytes ${part.from}-${part.to - 1}/${size}` }),
    };
    const status = wanted ? 206 : 200;
    if (method !== "HEAD") return { status, headers, body: streamOf(file, part.to - part.from) };
    file.close();
    return { status, headers };
  } catch (error) {
    file?.close();
    if (error instanceof Deno.errors.NotFound) return plainAnswer(404, "there is no such recording");
    throw error;
  }
}

/**
 * Bytes of one range of RFC 9110, none where the file has none of them. Undefined: the header is not understood, or has several
 * ranges, and then the whole file is the answer.
 */
function partOf(range: string, size: number): { readonly from: number; readonly to: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === undefined || (first === "" && last === "")) return undefined;
  if (first === "") return { from: Math.max(0, size - Number(last)), to: size };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return { from: Number(first), to: last === "" ? size : Math.min(size, Number(last) + 1) };
}

/**
 * The next bytes of a file, as they are asked for; a file that grows meanwhile is not read beyond them. One that became shorter is an
 * error: the client was promised that many bytes, and would take the next answer for the rest.
 */
function streamOf(file: Deno.FsFile, bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    async pull(controller) {
      try {
        const piece = new Uint8Array(Math.min(left, pieceBytes));
        const count = left === 0 ? 0 : await file.read(piece);
        if (count === null) throw new Error(`a recording became ${left} bytes shorter while it was sent`);
        left -= count;
        if (count > 0) return controller.enqueue(piece.subarray(0, count));
      } catch (error) {
        file.close();
        throw error;
      }
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

function json(value: unknown): HttpAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
