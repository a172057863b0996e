import { statfs } from "node:fs/promises";
import { SelvedgeError } from "../contract/index.ts";
import { formatBytes } from "./byte-size.ts";
import { reasonOf } from "./system-error.ts";

/** Bytes a user may still write to the folder's disk, or undefined where the file system does not count them. */
export async function freeBytesOf(folder: string): Promise<number | undefined> {
  const { blocks, bavail, bsize } = await statfs(folder);
  return blocks === 0 ? undefined : bavail * bsize;
}

/** The error to throw when the model folder cannot be written. */
export function notWritable(folder: string, cause: unknown): SelvedgeError {
  return new SelvedgeError(
    "SETTINGS_INVALID",
    `Cannot write to the model folder ${folder}: ${reasonOf(cause)}; ` +
      "set SELVEDGE_CACHE_DIR to a folder that can be written",
    { cause },
  );
}

/** The error to throw when the disk of the model folder has too little room. */
export function diskFull(
  folder: string,
  neededBytes: number | null,
  freeBytes: number,
  cause?: unknown,
): SelvedgeError {
  const needed = neededBytes === null
    ? "what is coming"
    : `${neededBytes} bytes (${formatBytes(neededBytes)})`;
  return new SelvedgeError(
    "DISK_FULL",
    `Cannot store ${needed} in ${folder}: ${freeBytes} bytes (${formatBytes(freeBytes)}) are free; ` +
      "free some space, or set SELVEDGE_CACHE_DIR to a folder on another disk",
    { cause },
  );
}
