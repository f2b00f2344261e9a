/**
 * WebAssembly text to the bytes of a module, for the part of the language that this project writes: memories, globals, data,
 * exports, and functions of folded instructions. Types are not checked: the engine that loads the module checks them all.
 */
import { FunctionAssembler } from "./assemble_function.ts";
import { ByteWriter } from "./byte_writer.ts";
import { TextReader } from "./wat_reader.ts";

/**
 * Assembles WebAssembly text.
 *
 * @param name stands in error messages
 * @throws `AssemblyError` at text that it does not know
 */
export function assemble(wat: string, name: string): Uint8Array<ArrayBuffer> {
  return new Assembler(wat, name).module();
}

const magicAndVersion = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];
const functionType = 0x60;
const kinds = { func: 0, memory: 2 } as const;

/**
 * One part of a module; the count of its entries comes before them. It holds a writer instead of extending it: the engine runs
 * a class without subclasses faster.
 */
class Section {
  readonly #entries = new ByteWriter();
  count = 0;

  constructor(readonly id: number) {}

  /** The writer, for one more entry. */
  entry(): ByteWriter {
    this.count++;
    return this.#entries;
  }

  written(): Uint8Array {
    return this.#entries.written();
  }
}

class Assembler {
  readonly #reader: TextReader;
  readonly #types = new Section(1);
  readonly #imports = new Section(2);
  readonly #functions = new Section(3);
  readonly #memories = new Section(5);
  readonly #globals = new Section(6);
  readonly #exports = new Section(7);
  readonly #code = new Section(10);
  readonly #data = new Section(11);
  readonly #typeIndexes = new Map<string, number>();
  /** Index of everything that has a name. */
  readonly #indexes = {
    functions: new Map<string, number>(),
    memories: new Map<string, number>(),
    globals: new Map<string, number>(),
  };
  readonly #body: FunctionAssembler;
  #memoryCount = 0;

  constructor(wat: string, name: string) {
    this.#reader = new TextReader(wat, name);
    this.#body = new FunctionAssembler(this.#reader, this.#indexes);
    // functions are called before they are written; a function in a comment is an error when the next one has another index
    let index = 0;
    for (const [, called] of wat.matchAll(/\(func\b *(\$\w+)?/g)) {
      this.#indexes.functions.set(called, index++);
    }
  }

  module(): Uint8Array<ArrayBuffer> {
    const reader = this.#reader;
    if (!reader.opensWith("(module")) reader.fail("(module");
    while (!reader.closes()) this.#part();
    const whole = new ByteWriter();
    whole.bytes(magicAndVersion);
    const sections = [
      ...[this.#types, this.#imports, this.#functions, this.#memories, this.#globals, this.#exports],
      ...[this.#code, this.#data],
    ];
    for (const section of sections) {
      if (section.count === 0) continue;
      const content = new ByteWriter();
      content.unsigned(section.count);
      content.bytes(section.written());
      whole.byte(section.id);
      whole.sized(content.written());
    }
    return whole.written().slice();
  }

  #part(): void {
    const reader = this.#reader;
    if (reader.opensWith("(func")) this.#function();
    else if (reader.opensWith("(memory")) this.#memory();
    else if (reader.opensWith("(data")) this.#segment();
    else if (reader.opensWith("(global")) this.#global();
    else if (reader.opensWith("(import")) this.#import();
    else if (reader.opensWith("(export")) this.#export();
    else reader.fail("a part of a module");
    reader.close();
  }

  #function(): void {
    const reader = this.#reader;
    const index = this.#functions.count;
    const name = reader.name();
    if (name && this.#indexes.functions.get(name) !== index) reader.fail("a new name", name);
    this.#exportHere(kinds.func, index);
    const { parameters, results } = this.#body.signature();
    this.#functions.entry().unsigned(this.#type(parameters, results));
    this.#code.entry().sized(this.#body.body());
  }

  /** Index of a type; equal ones are one. */
  #type(parameters: readonly number[], results: readonly number[]): number {
    const key = `${parameters} ${results}`;
    const known = this.#typeIndexes.get(key);
    if (known !== undefined) return known;
    const index = this.#types.count;
    this.#typeIndexes.set(key, index);
    const entry = this.#types.entry();
    entry.byte(functionType);
    entry.sized(parameters);
    entry.sized(results);
    return index;
  }

  #memory(): void {
    this.#name(this.#indexes.memories, this.#memoryCount);
    this.#exportHere(kinds.memory, this.#memoryCount++);
    this.#limits(this.#memories.entry());
  }

  /** Pages at first, at most, and whether threads share them. */
  #limits(entry: ByteWriter): void {
    const reader = this.#reader;
    const limits = [reader.integer(0, 65_536)];
    if (reader.hasWord()) limits.push(reader.integer(0, 65_536));
    const isShared = reader.hasWord();
    if (isShared && reader.word() !== "shared") reader.fail("shared");
    entry.byte((limits.length > 1 ? 1 : 0) | (isShared ? 2 : 0));
    limits.forEach((pages) => entry.unsigned(pages));
  }

  /** Imports memories only. */
  #import(): void {
    const reader = this.#reader;
    const entry = this.#imports.entry();
    entry.sized(reader.string());
    entry.sized(reader.string());
    if (!reader.opensWith("(memory")) reader.fail("(memory");
    entry.byte(kinds.memory);
    this.#name(this.#indexes.memories, this.#memoryCount++);
    this.#limits(entry);
    reader.close();
  }

  #global(): void {
    const reader = this.#reader;
    this.#name(this.#indexes.globals, this.#globals.count);
    const entry = this.#globals.entry();
    const isMutable = reader.opensWith("(mut");
    entry.byte(this.#body.type());
    if (isMutable) reader.close();
    entry.byte(isMutable ? 1 : 0);
    entry.bytes(this.#body.constant());
  }

  #export(): void {
    const reader = this.#reader;
    const entry = this.#exports.entry();
    entry.sized(reader.string());
    if (!reader.opensWith("(memory")) reader.fail("(memory");
    entry.byte(kinds.memory);
    entry.unsigned(reader.index(this.#indexes.memories));
    reader.close();
  }

  /** Bytes that the first memory begins with. */
  #segment(): void {
    const entry = this.#data.entry();
    entry.byte(0);
    entry.bytes(this.#body.constant());
    entry.sized(this.#reader.string());
  }

  #name(indexes: Map<string, number>, index: number): void {
    const name = this.#reader.name();
    if (name) indexes.set(name, index);
  }

  #exportHere(kind: number, index: number): void {
    const reader = this.#reader;
    if (!reader.opensWith("(export")) return;
    const entry = this.#exports.entry();
    entry.sized(reader.string());
    entry.byte(kind);
    entry.unsigned(index);
    reader.close();
  }
}
