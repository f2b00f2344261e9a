import { DeviceDoor } from "../../ffi/device_door.ts";
import { nativeForTests } from "../native_for_tests.ts";

const { native } = await nativeForTests();
const paStreamCallback = {
  parameters: ["pointer", "buffer", "u64", "pointer", "u64", "pointer"],
  result: "i32",
} as const;

/** Calls the door of a device as its thread would. */
export const callDevice = new Deno.UnsafeFnPointer(
  DeviceDoor.callAddress(native) as Deno.PointerObject<typeof paStreamCallback>,
  paStreamCallback,
);
