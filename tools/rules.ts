import type { Edge, FileList, ModuleGraph, SourceFile } from "./graph.ts";

/** What one room may import. Its own files are always allowed. */
export interface Room {
  readonly mayImport: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly mayImportTypes?: readonly string[];
  /** Rooms beyond those of the architecture, each with the reason. */
  readonly mayAlsoImport?: Readonly<Record<string, string>>;
  /** Whether others import its files one by one, rather than its `index.ts`. */
  readonly isOpenByFile?: boolean;
}

/** Every room by the name of its folder under `src`. */
export type RoomTable = Readonly<Record<string, Room>>;

/** A fault, or a question, about one file: what was found there and what would be right. */
export interface Finding {
  readonly path: string;
  readonly found: string;
  readonly right: string;
}

/** Above this many lines a file is asked about. */
export const askedLines = 200;
/** Above this many lines a file fails. */
export const refusedLines = 400;

/** Finds the files that lie in no room and the imports that run against the table. */
export function checkDirection(graph: ModuleGraph, rooms: RoomTable): Finding[] {
  return [
    ...graph.files.flatMap(({ path }) => Object.hasOwn(rooms, roomOf(path)) ? [] : [homeless(path, rooms)]),
    ...betweenRooms(graph.edges).flatMap((edge) => {
      const room = rooms[roomOf(edge.from)];
      return !room || isAllowed(edge, room) ? [] : [wrongDirection(edge, room)];
    }),
  ];
}

/** Finds imports that enter a room other than by its door, and imports of a process entry. */
export function checkDoors(graph: ModuleGraph, rooms: RoomTable): Finding[] {
  const sideEntries = betweenRooms(graph.edges).flatMap(({ from, to }): Finding[] => {
    const door = `src/${roomOf(to)}/index.ts`;
    if (to === door || isMain(to) || rooms[roomOf(to)]?.isOpenByFile) return [];
    return [{ path: from, found: `imports ${to}, past its room's door`, right: `import from ${door}` }];
  });
  const started = graph.edges.filter(({ to }) => isMain(to)).map(({ from, to }) => ({
    path: from,
    found: `imports ${to}, which is the entry of a process`,
    right: "start it as a process, or move what is shared into a file of its own",
  }));
  return [...sideEntries, ...started];
}

/** Finds import cycles, those of types included: each is told once, by the file that closes it. */
export function checkCycles(graph: ModuleGraph): Finding[] {
  const targets = Map.groupBy(graph.edges, (edge) => edge.from);
  const visited = new Set<string>();
  const trail: string[] = [];
  const findings: Finding[] = [];
  const visit = (path: string) => {
    visited.add(path);
    trail.push(path);
    for (const to of new Set(targets.get(path)?.map((edge) => edge.to))) {
      if (trail.includes(to)) {
        const cycle = [...trail.slice(trail.indexOf(to)), to].join(" -> ");
        findings.push({
          path,
          found: `closes a cycle: ${cycle}`,
          right: "move what both need one file down",
        });
      } else if (!visited.has(to)) visit(to);
    }
    trail.pop();
  };
  for (const { path } of graph.files) if (!visited.has(path)) visit(path);
  return findings;
}

/** Finds the files too long to pass. */
export function checkSizes(files: readonly SourceFile[]): Finding[] {
  return longerThan(refusedLines, files);
}

/** Finds the files long enough to ask whether they hold two ideas. */
export function askSizes(files: readonly SourceFile[]): Finding[] {
  return longerThan(askedLines, files.filter(({ lineCount }) => lineCount <= refusedLines));
}

/** Finds the files that are there but were not seen, so that a check which looked away cannot pass. */
export function checkSeen(graph: ModuleGraph, expected: FileList): Finding[] {
  const seen = new Set(graph.files.map(({ path }) => path));
  const missing = expected.paths.filter((path) => !seen.has(path)).map((path) => ({
    path,
    found: `is listed by ${expected.source} but was not seen in the module graph`,
    right: "a file that Deno can read and parse",
  }));
  const none = { path: "src", found: "holds no .ts file", right: "the sources of the project" };
  return expected.paths.length === 0 ? [none] : missing;
}

function longerThan(limit: number, files: readonly SourceFile[]): Finding[] {
  return files.filter(({ lineCount }) => lineCount > limit).map(({ path, lineCount }) => ({
    path,
    found: `has ${lineCount} lines`,
    right: `at most ${limit}, one idea a file`,
  }));
}

function betweenRooms(edges: readonly Edge[]): Edge[] {
  return edges.filter(({ from, to }) => roomOf(from) !== roomOf(to));
}

function isAllowed({ to, isTypeOnly }: Edge, room: Room): boolean {
  const name = roomOf(to);
  return room.mayImport.includes(name) || Object.hasOwn(room.mayAlsoImport ?? {}, name) ||
    (isTypeOnly && (room.mayImportTypes ?? []).includes(name));
}

function wrongDirection({ from, to }: Edge, room: Room): Finding {
  if (room.mayImportTypes?.includes(roomOf(to))) {
    const right = `only its types: a whole statement "import type { … }"`;
    return { path: from, found: `imports ${to} at run time`, right };
  }
  const allowed = [
    ...room.mayImport,
    ...Object.keys(room.mayAlsoImport ?? {}),
    ...(room.mayImportTypes ?? []).map((name) => `${name} (types)`),
  ];
  const right = `${roomOf(from)} may import ${allowed.join(", ") || "no other room"}`;
  return { path: from, found: `imports ${to}, against the direction of the rooms`, right };
}

function homeless(path: string, rooms: RoomTable): Finding {
  const right = `one of the rooms of tools/rooms.json: ${Object.keys(rooms).join(", ")}`;
  return { path, found: "lies in no room", right };
}

function isMain(path: string): boolean {
  return path.endsWith("/main.ts");
}

/** The folder under `src`; for a file that lies in `src` itself, the file's name, which is no room's. */
function roomOf(path: string): string {
  return path.split("/")[1] ?? path;
}
