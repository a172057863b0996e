/** The part of `@npmcli/config` that is used here; the package brings no types. */
export default class Config {
  constructor(options: {
    readonly definitions: object;
    readonly shorthands: object;
    readonly flatten: object;
    readonly nerfDarts: readonly string[];
    readonly execPath: string;
    readonly npmPath: string;
    readonly argv: readonly string[];
    readonly env: Record<string, string | undefined>;
    readonly cwd: string;
    readonly warn: boolean;
  });
  load(): Promise<void>;
  readonly flat: Record<string, unknown>;
}
