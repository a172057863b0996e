import { assertEquals, assertTrue } from "../../test/assert.ts";

interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

Deno.test("entering the room loads none of the libraries that only a download or a bar needs", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("index.ts", import.meta.url).href],
  }).output();
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const loaded = new Set<string>(graph.roots);
  for (const specifier of loaded) {
    const module = graph.modules.find((candidate) => candidate.specifier === specifier);
    for (const { code, isDynamic } of module?.dependencies ?? []) {
      if (code !== undefined && !isDynamic) loaded.add(code.specifier);
    }
  }
  const names = [...loaded].map((specifier) => specifier.replace(/^.*\/(src|node_modules)\//, ""));
  assertTrue(names.includes("models/pull.ts"), `saw too little: ${names.join(", ")}`);
  assertTrue(names.some((name) => name.startsWith("valibot/")), `saw no library: ${names.join(", ")}`);
  assertEquals(
    names.filter((name) => /^(pacote|tar|@npmcli|cli-progress)\/|npm-source|bar-printer/.test(name)),
    [],
  );
});
