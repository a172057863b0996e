/** The part of `cli-progress` that is used here; the package brings no types. */
declare const cliProgress: {
  readonly SingleBar: new (options: {
    readonly stream: object;
    readonly format: string;
    readonly formatValue: (value: number, options: object, kind: string) => string;
    readonly barsize: number;
    readonly hideCursor: boolean;
    readonly gracefulExit: boolean;
  }) => {
    start(total: number, value: number, payload: Readonly<Record<string, string>>): void;
    update(value: number): void;
    stop(): void;
  };
};
export default cliProgress;
