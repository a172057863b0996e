import { maxInputs, SelvedgeError } from "../contract/index.ts";

/** A book; a model reads a page of it. */
const maxCharacters = 1_000_000;

/**
 * A text or a list of texts, as a list. `what` names it in the error.
 *
 * @throws {SelvedgeError} `INPUT_INVALID`; `INPUT_TOO_LONG` for a text of more than a million characters
 */
export function textsOf(given: unknown, what: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length === 0 || texts.length > maxInputs) {
    throw invalid(`${what}: there are ${texts.length}; give 1 to ${maxInputs}`);
  }
  for (const text of texts) {
    if (typeof text !== "string") {
      throw invalid(`${what}: give a string or a list of strings, not ${kindOf(text)}`);
    }
    if (text.length > maxCharacters) {
      throw new SelvedgeError(
        "INPUT_TOO_LONG",
        `Cannot take ${what} of ${text.length} characters: at most ${maxCharacters} are read`,
      );
    }
  }
  return texts as readonly string[];
}

/** @throws {SelvedgeError} `INPUT_INVALID` when it is neither an object nor absent */
export function optionsOf(given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  if (typeof given === "object" && !Array.isArray(given)) return { ...given };
  throw invalid(`options: give an object, not ${kindOf(given)}`);
}

/** What a value is, in words for an error. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Float32Array) return "samples";
  return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}

/** An `INPUT_INVALID` that begins with *Cannot take*. */
export function invalid(why: string): SelvedgeError {
  return new SelvedgeError("INPUT_INVALID", `Cannot take ${why}`);
}
