/** The bytes of a package as they come. */
export interface TarballStream extends AsyncIterable<Uint8Array> {
  on(event: "error", listener: (error: unknown) => void): unknown;
}

/** The part of `pacote` that is used here; the package brings no types. */
declare const pacote: {
  readonly tarball: {
    /** Calls the handler again with a new stream when the bytes do not agree with the registry's digest. */
    stream<Result>(
      spec: string,
      handler: (stream: TarballStream) => Promise<Result>,
      options: Readonly<Record<string, unknown>>,
    ): Promise<Result>;
  };
};
export default pacote;
