import { ByteWriter } from "./byte_writer.ts";
import { type Instruction, instructions } from "./instruction_set.ts";
import type { TextReader } from "./wat_reader.ts";

/** Indexes by name. */
export interface Indexes {
  readonly functions: ReadonlyMap<string, number>;
  readonly memories: ReadonlyMap<string, number>;
  readonly globals: ReadonlyMap<string, number>;
}

const types: Readonly<Record<string, number>> = { i32: 0x7F, i64: 0x7E, f32: 0x7D, v128: 0x7B };
const noResult = 0x40;
const elseCode = 0x05;
const endCode = 0x0B;
/** Beside the alignment: the index of a memory follows. */
const namesMemory = 0x40;

/** Reads signatures and instructions, and writes each instruction as soon as its operands are written. */
export class FunctionAssembler {
  readonly #reader: TextReader;
  readonly #indexes: Indexes;
  readonly #locals = new Map<string, number>();
  #localCount = 0;
  /** Names of the blocks around, outermost first; empty without one. */
  readonly #labels: string[] = [];
  readonly #code = new ByteWriter();

  constructor(reader: TextReader, indexes: Indexes) {
    this.#reader = reader;
    this.#indexes = indexes;
  }

  /** Types of parameters and results. A function begins here. */
  signature(): { parameters: number[]; results: number[] } {
    this.#locals.clear();
    this.#localCount = 0;
    return { parameters: this.#declared("(param"), results: this.#results() };
  }

  /** Locals and instructions of the function; valid until the next one. */
  body(): Uint8Array {
    this.#code.clear();
    this.#writeLocals(this.#declared("(local"));
    this.#instructions();
    this.#code.byte(endCode);
    return this.#code.written();
  }

  /** A constant expression outside of functions. */
  constant(): Uint8Array {
    this.#code.clear();
    this.#reader.open();
    this.#instruction(this.#reader.word());
    this.#code.byte(endCode);
    return this.#code.written();
  }

  type(): number {
    const word = this.#reader.word();
    return types[word] ?? this.#reader.fail("a type", word);
  }

  #declared(keyword: "(param" | "(local"): number[] {
    const reader = this.#reader;
    const declared: number[] = [];
    while (reader.opensWith(keyword)) {
      const name = reader.name();
      if (name) this.#locals.set(name, this.#localCount);
      while (!reader.closes()) {
        declared.push(this.type());
        this.#localCount++;
      }
    }
    return declared;
  }

  #results(): number[] {
    if (!this.#reader.opensWith("(result")) return [];
    const result = this.type();
    this.#reader.close();
    return [result];
  }

  /** Runs of one type are written as their length and the type. */
  #writeLocals(declared: readonly number[]): void {
    const starts = [...declared.keys()].filter((index) => declared[index] !== declared[index - 1]);
    this.#code.unsigned(starts.length);
    starts.forEach((start, run) => {
      this.#code.unsigned((starts[run + 1] ?? declared.length) - start);
      this.#code.byte(declared[start]);
    });
  }

  /** All instructions up to the closing parenthesis. */
  #instructions(): void {
    while (this.#reader.opens()) this.#instruction(this.#reader.word());
  }

  /** One instruction with its operands, from its name to its closing parenthesis. */
  #instruction(word: string): void {
    const reader = this.#reader;
    const instruction = instructions.get(word) ?? reader.fail("an instruction", word);
    switch (instruction.immediate) {
      case "nothing":
        return this.#afterOperands(instruction);
      case "local":
        return this.#indexed(instruction, reader.index(this.#locals));
      case "global":
        return this.#indexed(instruction, reader.index(this.#indexes.globals));
      case "function":
        return this.#indexed(instruction, reader.index(this.#indexes.functions));
      case "label":
        return this.#indexed(instruction, this.#depth(reader.word()));
      case "lane":
        return this.#indexed(instruction, reader.integer(0, 3));
      case "memory":
        return this.#access(instruction);
      case "memories":
        this.#afterOperands(instruction);
        return this.#code.bytes(new Uint8Array(instruction.size));
      case "lanes": {
        const lanes = Array.from({ length: 16 }, () => reader.integer(0, 31));
        this.#afterOperands(instruction);
        return this.#code.bytes(lanes);
      }
      case "block":
        return this.#block(instruction);
      case "if":
        return this.#choice(instruction);
      default:
        return this.#constant(instruction);
    }
  }

  #afterOperands({ prefix, code }: Instruction): void {
    this.#instructions();
    this.#reader.close();
    this.#opcode(prefix, code);
  }

  #indexed(instruction: Instruction, index: number): void {
    this.#afterOperands(instruction);
    this.#code.unsigned(index);
  }

  #opcode(prefix: number, code: number): void {
    if (prefix === 0) return this.#code.byte(code);
    this.#code.byte(prefix);
    this.#code.unsigned(code);
  }

  /** A load or store: of the first memory unless it names one, at an offset, perhaps of one lane. */
  #access(instruction: Instruction): void {
    const reader = this.#reader;
    const name = reader.name();
    const memory = name ? this.#indexes.memories.get(name) ?? reader.fail("a memory", name) : 0;
    const offset = reader.offset();
    const lane = reader.hasWord() ? reader.integer(0, 3) : undefined;
    this.#afterOperands(instruction);
    this.#code.unsigned(memory ? instruction.size | namesMemory : instruction.size);
    if (memory) this.#code.unsigned(memory);
    this.#code.unsigned(offset);
    if (lane !== undefined) this.#code.byte(lane);
  }

  #constant({ prefix, code, immediate }: Instruction): void {
    const reader = this.#reader;
    const bytes = this.#code;
    this.#opcode(prefix, code);
    if (immediate === "i32") bytes.signed(reader.integer(-(2 ** 31), 2 ** 32 - 1) | 0);
    else if (immediate === "i64") {
      bytes.signed(reader.integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
    } else if (immediate === "f32") bytes.float32(reader.number());
    else {
      const isFloat = reader.word() === "f32x4";
      for (let lane = 0; lane < 4; lane++) {
        if (isFloat) bytes.float32(reader.number());
        else bytes.int32(reader.integer(-(2 ** 31), 2 ** 32 - 1));
      }
    }
    reader.close();
  }

  #block({ code }: Instruction): void {
    const label = this.#reader.name();
    this.#code.byte(code);
    this.#code.byte(this.#results()[0] ?? noResult);
    this.#inside(label);
    this.#code.byte(endCode);
    this.#reader.close();
  }

  /** `(if (result T) CONDITION (then ...) (else ...))`, without a result and without `else` as well. */
  #choice({ code }: Instruction): void {
    const reader = this.#reader;
    const result = this.#results()[0] ?? noResult;
    reader.open();
    this.#instruction(reader.word());
    this.#code.byte(code);
    this.#code.byte(result);
    if (!reader.opensWith("(then")) reader.fail("(then");
    this.#inside("");
    reader.close();
    if (reader.opensWith("(else")) {
      this.#code.byte(elseCode);
      this.#inside("");
      reader.close();
    }
    this.#code.byte(endCode);
    reader.close();
  }

  #inside(label: string): void {
    this.#labels.push(label);
    this.#instructions();
    this.#labels.pop();
  }

  /** Number of blocks that a jump leaves before it reaches the named one. */
  #depth(label: string): number {
    const place = this.#labels.lastIndexOf(label);
    if (place < 0 || label === "") this.#reader.fail("the name of a block around", label);
    return this.#labels.length - 1 - place;
  }
}
