/** The assertions that the tests use, from Node's own module: one place to change, no dependency. */
import assert from "node:assert/strict";

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (message === undefined) assert.deepEqual(actual, expected);
  else assert.deepEqual(actual, expected, message);
}
export function assertTrue(claim: boolean, message: string): void {
  assert.ok(claim, message);
}
export const assertThrows: typeof assert.throws = assert.throws;
export const assertRejects: typeof assert.rejects = assert.rejects;
export const assertMatch: typeof assert.match = assert.match;
