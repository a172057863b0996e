/** npm's own settings: their names, kinds and how they become options; the package brings no types. */
declare const definitions: {
  readonly definitions: object;
  readonly shorthands: object;
  readonly flatten: object;
  readonly nerfDarts: readonly string[];
};
export default definitions;
