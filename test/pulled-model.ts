import { findModel, ModelStore } from "../src/models/index.ts";
import { assertEquals } from "./assert.ts";
import { selvedgeCommand } from "./project.ts";

/** Fetches gte-small if it is not there, and says where its files lie. */
export async function pullGteSmall() {
  const pulled = await selvedgeCommand(["models", "pull", "gte-small"]);
  assertEquals(pulled.code, 0, pulled.stderr);
  return await new ModelStore().locate(await findModel("gte-small"));
}
