import sharp from "sharp";
import { maxInputs } from "../contract/index.ts";
import { invalid, kindOf } from "./inputs.ts";
import type { Pipelines } from "./pipelines.ts";

type Library = Pipelines["library"];
type RawImage = InstanceType<Library["RawImage"]>;

/** A photograph of a good camera; decoded, three bytes a pixel. */
const maxPixels = 64 * 1024 * 1024;

/**
 * Decodes the bytes of an image file, or of a list of them.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` for what is no image, or too large a one
 */
export async function readImages(given: unknown, library: Library): Promise<readonly RawImage[]> {
  const files: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (files.length === 0 || files.length > maxInputs) throw invalid(`${files.length} images`);
  const images: RawImage[] = [];
  for (const file of files) images.push(await readImage(file, library));
  return images;
}

async function readImage(file: unknown, library: Library): Promise<RawImage> {
  if (!(file instanceof Uint8Array)) {
    throw invalid(`an image: give a Blob or a Uint8Array of an image file, not ${kindOf(file)}`);
  }
  const { width, height } = await sharp(file).metadata().catch((error) => {
    throw invalid(`an image: ${file.byteLength} bytes are no image that can be read (${error.message})`);
  });
  if (width * height > maxPixels) {
    throw invalid(`an image of ${width} × ${height} pixels: at most ${maxPixels} pixels are read`);
  }
  return await library.RawImage.fromBlob(new Blob([new Uint8Array(file)])).catch((error) => {
    throw invalid(`an image: it cannot be read to its end (${error.message})`);
  });
}
