/** The chunk `COMM` of AIFF and AIFF-C. */
import { SoundFileError } from "./sound_file_error.ts";
import { isStoredNumber, type StoredNumber } from "./stored_numbers.ts";

/** What the codes of AIFF-C mean; where bytes are omitted, the number of bits decides. */
const codes: Readonly<Record<string, Partial<StoredNumber> & Pick<StoredNumber, "kind">>> = {
  NONE: { kind: "signed" },
  twos: { kind: "signed" },
  in16: { kind: "signed", bytes: 2 },
  in24: { kind: "signed", bytes: 3 },
  in32: { kind: "signed", bytes: 4 },
  sowt: { kind: "signed", littleEndian: true },
  "42ni": { kind: "signed", bytes: 3, littleEndian: true },
  "23ni": { kind: "signed", bytes: 4, littleEndian: true },
  "raw ": { kind: "unsigned", bytes: 1 },
  fl32: { kind: "float", bytes: 4 },
  FL32: { kind: "float", bytes: 4 },
  fl64: { kind: "float", bytes: 8 },
  FL64: { kind: "float", bytes: 8 },
  alaw: { kind: "a-law", bytes: 1 },
  ALAW: { kind: "a-law", bytes: 1 },
  ulaw: { kind: "mu-law", bytes: 1 },
  ULAW: { kind: "mu-law", bytes: 1 },
};

/** How the sound of an AIFF file is stored. */
export interface AiffFormat {
  readonly stored: StoredNumber;
  readonly channels: number;
  /** NaN for a negative one. */
  readonly sampleRateHz: number;
  /** As stated. */
  readonly frames: number;
}

/**
 * Reads the chunk.
 *
 * @param isCompressed whether the file says `AIFC`
 * @throws {SoundFileError}
 */
export function readAiffFormat(common: DataView, isCompressed: boolean): AiffFormat {
  if (common.byteLength < 18) throw new SoundFileError("it has no format (chunk `COMM`)");
  return {
    stored: storedNumber(common, isCompressed),
    channels: common.getUint16(0),
    sampleRateHz: extended(common, 8),
    frames: common.getUint32(2),
  };
}

function storedNumber(common: DataView, isCompressed: boolean): StoredNumber {
  const bits = common.getUint16(6);
  const bytes = Math.ceil(bits / 8);
  if (isCompressed && common.byteLength < 22) {
    throw new SoundFileError("its format breaks off (chunk `COMM`)");
  }
  const code = isCompressed
    ? String.fromCharCode(...[18, 19, 20, 21].map((at) => common.getUint8(at)))
    : "NONE";
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (known === undefined) {
    throw new SoundFileError(
      `expected AIFF-C of ${Object.keys(codes).join(", ")}, found ${JSON.stringify(code)}`,
      "export it as PCM",
    );
  }
  const stored = { littleEndian: false, bytes, ...known };
  if (!isStoredNumber(stored)) throw new SoundFileError(`expected integers of 1 to 32 bits, found ${bits}`);
  return stored;
}

/** A number of 80 bits: sign, 15 bits of exponent, 64 of mantissa. */
function extended(view: DataView, at: number): number {
  const exponent = view.getUint16(at);
  if (exponent >= 0x8000) return NaN;
  return Number(view.getBigUint64(at + 2)) * 2 ** (exponent - 16_383 - 63);
}
