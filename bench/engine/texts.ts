import { Tokenizer } from "../../src/inference/index.ts";

const maxTokens = 512;

/** The tokenizer of the model in `folder`, as a function from a text to its ids. */
export async function openTexts(folder: string): Promise<(text: string) => readonly number[]> {
  const [definition, config] = await Promise.all(
    ["tokenizer.json", "tokenizer_config.json"].map(async (name) =>
      JSON.parse(await Deno.readTextFile(`${folder}/${name}`))
    ),
  );
  const tokenizer = new Tokenizer(definition, config, maxTokens);
  return (text) => tokenizer.encode(text).ids;
}
