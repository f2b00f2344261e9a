/** Messages between the main isolate and the thread that decodes samples, checked by the side that receives them. */
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { invariant } from "../../foundation/invariant.ts";

/** Files to read and decode. */
export interface SampleRequest {
  readonly folder: string;
  readonly names: readonly string[];
  /** Checksums of the files that are in memory already, one for each name: if all are unchanged, none is decoded. */
  readonly known?: readonly string[];
}

export type SampleAnswer =
  | { readonly bank: SampleBank }
  | { readonly unchanged: true }
  | { readonly error: string; readonly expected: boolean };

/** The request as it arrived. Throws InvariantError when it is none. */
export function checkSampleRequest(data: unknown): SampleRequest {
  const request = data as SampleRequest;
  invariant(typeof request?.folder === "string", "samples: expected a folder");
  invariant(request.names?.length > 0, "samples: expected at least one name");
  invariant(
    request.known === undefined || request.known.length === request.names.length,
    `samples: expected ${request.names.length} checksums, found ${request.known?.length}`,
  );
  return request;
}

/** The answer as it arrived. Throws InvariantError when it is none, or has other files than were asked for. */
export function checkSampleAnswer(data: unknown, { names, known }: SampleRequest): SampleAnswer {
  const answer = data as SampleAnswer;
  invariant(typeof answer === "object" && answer !== null, "samples: expected an answer");
  if ("error" in answer) {
    invariant(typeof answer.error === "string", "samples: expected a text as error");
  } else if ("unchanged" in answer) {
    invariant(known !== undefined, "samples: expected files, for none are known");
  } else {
    const found = answer.bank?.files?.map(({ name }) => name) ?? [];
    invariant(
      found.length === names.length && names.every((name, index) => name === found[index]),
      `samples: expected ${names.join(", ")}, found ${found.join(", ")}`,
    );
    invariant(answer.bank.memory.buffer instanceof SharedArrayBuffer, "samples: expected a shared memory");
  }
  return answer;
}
