import wabt from "wabt";
export const checksumWat =
  `(module (import "arena" "memory" (memory 0)) (global $high (mut i32) (i32.const 0))
(func $mix (param $a i32) (param $b i32) (result i32) (local $x i32)
 (local.set $x (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 16))))
 (local.set $x (i32.mul (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 15))) (i32.const 0x2C1B3C6D)))
 (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 13))))
(func (export "checksum_low") (param $o i32) (param $n i32) (result i32) (local $h v128) (local $e i32)
 (local.set $h (v128.const i32x4 0x9E3779B9 0x85EBCA6B 0xC2B2AE35 0x27D4EB2F))
 (local.set $e (i32.add (local.get $o) (local.get $n)))
 (block $d (loop $l (br_if $d (i32.ge_u (local.get $o) (local.get $e)))
  (local.set $h (v128.xor (local.get $h) (v128.load (local.get $o))))
  (local.set $h (v128.or (i32x4.shl (local.get $h) (i32.const 13)) (i32x4.shr_u (local.get $h) (i32.const 19))))
  (local.set $h (i32x4.add (i32x4.mul (local.get $h) (v128.const i32x4 0x9E3779B1 0x9E3779B1 0x9E3779B1 0x9E3779B1)) (v128.const i32x4 0x165667B1 0x165667B1 0x165667B1 0x165667B1)))
  (local.set $o (i32.add (local.get $o) (i32.const 16))) (br $l)))
 (global.set $high (call $mix (i32x4.extract_lane 2 (local.get $h)) (i32x4.extract_lane 3 (local.get $h))))
 (call $mix (i32x4.extract_lane 0 (local.get $h)) (i32x4.extract_lane 1 (local.get $h))))
(func (export "checksum_high") (result i32) (global.get $high)))`;
export async function compileChecksum(): Promise<WebAssembly.Module> {
  const w = await (wabt as any)();
  return new WebAssembly.Module(w.parseWat("c", checksumWat, { simd: true }).toBinary({}).buffer);
}
export class ArenaChecksum {
  #e: any;
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#e = new WebAssembly.Instance(module, { arena: { memory } }).exports;
  }
  of(offset: number, bytes: number): number {
    return this.#e.checksum_low(offset, bytes);
  }
  get high(): number {
    return this.#e.checksum_high();
  }
}
