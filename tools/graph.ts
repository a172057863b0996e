import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";

/** One TypeScript file under `src`, by its path from the project's root, with `/` between folders. */
export interface SourceFile {
  readonly path: string;
  readonly lineCount: number;
}

/** One import between two files under `src`. `isTypeOnly` when nothing of it is left at run time. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

/** The files that Deno could read and parse, and the imports between them. */
export interface ModuleGraph {
  readonly files: readonly SourceFile[];
  readonly edges: readonly Edge[];
}

/** The files that a check must have seen, and who listed them. */
export interface FileList {
  readonly paths: readonly string[];
  readonly source: "git" | "a folder walk";
}

const target = v.optional(v.object({ specifier: v.optional(v.string()) }));
const moduleInfo = v.object({
  specifier: v.string(),
  error: v.optional(v.string()),
  dependencies: v.optional(v.array(v.object({ code: target, type: target })), []),
});
const denoInfo = v.object({ modules: v.array(moduleInfo) });
type ModuleInfo = v.InferOutput<typeof moduleInfo>;

/** Reads the module graph of every `.ts` file under `root/src`; a file with a syntax error is left out. */
export async function readGraph(root: string): Promise<ModuleGraph> {
  const realRoot = await Deno.realPath(root);
  const rootUrl = pathToFileURL(`${realRoot}/`).href;
  const modules = await readModules(realRoot, await walkSources(realRoot));
  const own = modules.filter((module) => !module.error && isSource(rootUrl, module.specifier));
  const files = await Promise.all(own.map(async ({ specifier }) => ({
    path: toPath(rootUrl, specifier),
    lineCount: countLines(await Deno.readTextFile(new URL(specifier))),
  })));
  return { files, edges: own.flatMap((module) => readEdges(rootUrl, module)) };
}

/** Lists what is under `root/src` without asking Deno: from git, or outside a git checkout by walking. */
export async function listSources(root: string): Promise<FileList> {
  const listed = await listWithGit(root, "--cached", "--others", "--exclude-standard");
  const deleted = await listWithGit(root, "--deleted");
  if (!listed || !deleted) return { paths: await walkSources(root), source: "a folder walk" };
  return { paths: listed.filter((path) => !deleted.includes(path)), source: "git" };
}

async function readModules(root: string, paths: readonly string[]): Promise<ModuleInfo[]> {
  // `deno info` takes one root only, so a file that imports them all stands in for the many.
  const rootFile = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const imports = paths.map((path) => `import ${JSON.stringify(pathToFileURL(join(root, path)).href)};`);
    await Deno.writeTextFile(rootFile, imports.join("\n"));
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", rootFile],
      cwd: root,
      stderr: "inherit",
    }).output();
    if (!output.success) throw new Error(`Cannot read the module graph of ${root}: deno info failed`);
    return v.parse(denoInfo, JSON.parse(new TextDecoder().decode(output.stdout))).modules;
  } finally {
    await Deno.remove(rootFile);
  }
}

function readEdges(rootUrl: string, module: ModuleInfo): Edge[] {
  const from = toPath(rootUrl, module.specifier);
  return module.dependencies.flatMap(({ code, type }) => {
    const specifier = code?.specifier ?? type?.specifier;
    if (!specifier || !isSource(rootUrl, specifier)) return [];
    return [{ from, to: toPath(rootUrl, specifier), isTypeOnly: !code }];
  });
}

async function walkSources(root: string, folder = "src"): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await walkSources(root, path));
    else if (entry.name.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

/** Undefined where git is missing or `root` is no checkout. */
async function listWithGit(root: string, ...flags: string[]): Promise<string[] | undefined> {
  try {
    const args = ["ls-files", "-z", ...flags, "--", "src/*.ts"];
    const output = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output();
    if (!output.success) return undefined;
    return new TextDecoder().decode(output.stdout).split("\0").filter(Boolean);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isSource(rootUrl: string, specifier: string): boolean {
  return specifier.startsWith(`${rootUrl}src/`) && specifier.endsWith(".ts");
}

function toPath(rootUrl: string, specifier: string): string {
  return decodeURI(specifier.slice(rootUrl.length));
}

function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
