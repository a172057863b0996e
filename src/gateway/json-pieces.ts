/**
 * The JSON of `head`, which has members, with one more: the array `name`. An item is a piece, so that a long
 * answer is neither one string nor a pause for all others.
 */
export function* jsonWithArray(head: object, name: string, items: Iterable<unknown>): Generator<string> {
  let before = `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`;
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ",";
  }
  yield before === "," ? "]}" : `${before}]}`;
}
