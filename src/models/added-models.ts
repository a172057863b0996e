import { join } from "node:path";
import { parse } from "valibot";
import { entrySchema, type ModelEntry } from "./catalogue-schema.ts";
import { writeOnce } from "./write-once.ts";

const ending = ".json";

/**
 * The models of the user's own that this machine keeps, one record each. A record is written when the model has
 * been validated and its files are in the store, whole or not at all.
 */
export class AddedModels {
  constructor(private readonly folder: string) {}

  /** Every added model, by name. */
  async list(): Promise<ModelEntry[]> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.folder)) if (name.endsWith(ending)) names.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const models: ModelEntry[] = [];
    for (const name of names.toSorted()) {
      models.push(parse(entrySchema, JSON.parse(await Deno.readTextFile(join(this.folder, name)))));
    }
    return models;
  }

  /** Records the model, and says whether the name was free. */
  async add(entry: ModelEntry): Promise<boolean> {
    return await writeOnce(this.#pathOf(entry), JSON.stringify(entry, null, 2));
  }

  /** Forgets the model, and says whether it was known. */
  async remove(entry: ModelEntry): Promise<boolean> {
    try {
      await Deno.remove(this.#pathOf(entry));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #pathOf({ name }: ModelEntry): string {
    return join(this.folder, name + ending);
  }
}
