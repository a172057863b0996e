import { basename, resolve } from "node:path";
import { SelvedgeError } from "../../contract/index.ts";
import { catalogueSource } from "../catalogue-source.ts";
import { exactFolderSource } from "../directory-source.ts";
import type { Environment } from "../places.ts";
import type { ModelSource } from "../source.ts";

/** Where a model of the user's own comes from, and what it would be called. */
export interface AddSource {
  readonly source: ModelSource;
  readonly suggestedName: string;
}

const npmPattern = /^npm:(?<package>(?:@[\w.-]+\/)?[\w.-]+)@(?<version>[\w.+-]+)(?<root>(?:\/[\w.-]+)*)$/;
const hubPattern = /^(?<owner>[\w-][\w.-]*)\/(?<name>[\w.-]+)@(?<revision>[\w.-]+)$/;

/**
 * Reads `npm:PACKAGE@VERSION[/FOLDER]`, `OWNER/REPOSITORY@REVISION` of the model hub, or the path of a folder.
 *
 * @throws USAGE_INVALID when it is none of them.
 */
export function readAddSource(text: string, env: Environment): AddSource {
  const npm = npmPattern.exec(text)?.groups;
  if (npm !== undefined) return npmSource(npm, env);
  const hub = hubPattern.exec(text)?.groups;
  if (hub !== undefined) {
    const source = { kind: "hub", repository: `${hub.owner}/${hub.name}`, revision: hub.revision! } as const;
    return { source: catalogueSource(source, env), suggestedName: nameFrom(hub.name!) };
  }
  if (!text.startsWith("npm:") && isFolder(text)) {
    return { source: exactFolderSource(resolve(text)), suggestedName: nameFrom(basename(resolve(text))) };
  }
  throw new SelvedgeError(
    "USAGE_INVALID",
    `Cannot add a model from "${text}": it is no folder; expected a folder, OWNER/REPOSITORY@REVISION of the ` +
      "model hub, or npm:PACKAGE@VERSION[/FOLDER]",
  );
}

function npmSource(match: Record<string, string>, env: Environment): AddSource {
  const root = match.root!.slice(1);
  const source = {
    kind: "npm",
    package: match.package!,
    version: match.version!,
    root,
    tarballBytes: null,
  } as const;
  const last = root === "" ? basename(source.package) : basename(root);
  return { source: catalogueSource(source, env), suggestedName: nameFrom(last) };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** A name as the catalogue spells them: lower case, digits, dots and dashes. */
function nameFrom(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/^[^a-z0-9]+|-+$/g, "") || "model";
}
