/** What we use of wavefile, whose own types do not fit its module. */
declare module "wavefile" {
  export class WaveFile {
    constructor(bytes?: Uint8Array);
    fromScratch(channels: number, samplesPerSecond: number, depth: "16", samples: number[][]): void;
    toBuffer(): Uint8Array;
    toBitDepth(depth: "32f"): void;
    toSampleRate(samplesPerSecond: number): void;
    /** The samples of each channel, or of the only one. */
    getSamples(): Float64Array | Float64Array[];
  }
  const wavefile: { WaveFile: typeof WaveFile };
  export default wavefile;
}
