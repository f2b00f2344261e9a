/**
 * Adds the level over time below a spectrogram that sox has drawn. sox writes PNG with a palette, eight bits a pixel, which
 * is all that is understood here (W3C: Portable Network Graphics, second edition).
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Height of the strip in pixels, and decibels from its top to its bottom. */
const stripHeight = 96;
const gapHeight = 6;
const rangeDb = 60;
const lineDb = 20;

/** Left edge of what sox draws sound in. */
export const marginLeft = 58;

/** Peak and effective level, in decibels, of the sound behind one column of pixels. */
export interface Level {
  readonly peakDb: number;
  readonly rmsDb: number;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array;
  readonly pixels: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Throws TypeError for a picture that sox would not have written. */
export function withLevel(png: Uint8Array, levels: readonly Level[]): Uint8Array<ArrayBuffer> {
  const { width, height, palette, pixels } = readPicture(png);
  const whole = height + gapHeight + stripHeight;
  const black = nearestColour(palette, 0, 0, 0);
  const drawn = new Uint8Array(width * whole).fill(black);
  drawn.set(pixels);
  const rowOf = (db: number) =>
    height + gapHeight + Math.round(Math.min(rangeDb, Math.max(0, -db)) / rangeDb * (stripHeight - 1));
  const grey = nearestColour(palette, 90, 90, 90);
  for (let db = 0; db >= -rangeDb; db -= lineDb) {
    const row = rowOf(db) * width;
    drawn.fill(grey, row + marginLeft, row + marginLeft + levels.length);
  }
  const [filled, bright] = [nearestColour(palette, 200, 0, 80), nearestColour(palette, 255, 255, 200)];
  levels.forEach(({ peakDb, rmsDb }, index) => {
    const column = marginLeft + index;
    if (column >= width) return;
    for (let row = rowOf(rmsDb); row < rowOf(-rangeDb); row++) drawn[row * width + column] = filled;
    if (peakDb > -rangeDb) drawn[rowOf(peakDb) * width + column] = bright;
  });
  return writePicture({ width, height: whole, palette, pixels: drawn });
}

function nearestColour(palette: Uint8Array, red: number, green: number, blue: number): number {
  let [best, least] = [0, Infinity];
  for (let index = 0; index * 3 < palette.length; index++) {
    const distance = (palette[index * 3] - red) ** 2 + (palette[index * 3 + 1] - green) ** 2 +
      (palette[index * 3 + 2] - blue) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

/** Reads what {@link withLevel} takes and gives. */
export function readPicture(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (!signature.every((byte, index) => png[index] === byte)) {
    throw new TypeError("expected a PNG, found something else");
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (png[24] !== 8 || png[25] !== 3 || png[28] !== 0) {
    throw new TypeError("expected a PNG with a palette, 8 bits a pixel, not interlaced");
  }
  let palette = new Uint8Array();
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const kind = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    const data = png.subarray(at + 8, at + 8 + length);
    if (kind === "PLTE") palette = data.slice();
    if (kind === "IDAT") parts.push(data);
    at += 12 + length;
  }
  return { width, height, palette, pixels: unfiltered(inflateSync(joined(parts)), width, height) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** Rows as they are, after the filter that each names in its first byte. */
function unfiltered(rows: Uint8Array, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (width + 1)];
    for (let column = 0; column < width; column++) {
      const here = row * width + column;
      const left = column > 0 ? pixels[here - 1] : 0;
      const up = row > 0 ? pixels[here - width] : 0;
      const corner = row > 0 && column > 0 ? pixels[here - width - 1] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[here] = rows[row * (width + 1) + 1 + column] + guess;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function writePicture({ width, height, palette, pixels }: Picture): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 3], 8);
  const chunks = [
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(joined([new Uint8Array(signature), ...chunks]));
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(12 + data.length);
  whole.set(new TextEncoder().encode(kind), 4);
  whole.set(data, 8);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  view.setUint32(8 + data.length, crc32(whole.subarray(4, 8 + data.length)));
  return whole;
}
