import type { LayerRanges } from "./channel-range.ts";
import { decodeRanges, type RangesFile } from "./ranges-file.ts";
import gteSmall from "./ranges/gte-small.json" with { type: "json" };
import allMinilm from "./ranges/all-minilm-l6-v2.json" with { type: "json" };

const files: readonly RangesFile[] = [gteSmall, allMinilm];

/** The ranges for the graph whose file has this sha256, if it was calibrated. */
export function knownRanges(sha256: string): LayerRanges[] | undefined {
  const file = files.find(({ graph }) => graph === sha256);
  return file && decodeRanges(file);
}
