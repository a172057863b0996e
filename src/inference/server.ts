import * as v from "valibot";
import {
  embedPath,
  type EmbedRequest,
  encodeRows,
  type EngineFault,
  isSelvedgeError,
  loadPath,
  modelDigestHeader,
  SelvedgeError,
} from "../contract/index.ts";
import { BodyTooLarge, readBounded } from "../kit/bounded-body.ts";
import type { Embedder } from "./embedder.ts";
import type { ModelLoader } from "./model-loader.ts";

const maxBodyBytes = 32 * 1024 * 1024;
/** OpenAI's limit for one embeddings request. */
const maxTexts = 2048;

const embedRequest = v.object({
  model: v.string(),
  texts: v.pipe(v.array(v.string()), v.maxLength(maxTexts)),
  meanPool: v.boolean(),
  normalize: v.boolean(),
});
const loadRequest = v.object({ model: v.string() });

/** Answers the engine's private protocol: HTTP on a unix socket; aborting a request cancels its work. */
export function engineHandler(
  embedder: Embedder,
  loader: ModelLoader,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      switch (new URL(request.url).pathname) {
        case embedPath:
          return await embed(embedder, await parse(request, embedRequest), request.signal);
        case loadPath:
          await loader.load((await parse(request, loadRequest)).model);
          return new Response(null, { status: 204 });
        default:
          return new Response(null, { status: 404 });
      }
    } catch (error) {
      return fault(error);
    }
  };
}

async function embed(embedder: Embedder, request: EmbedRequest, signal: AbortSignal): Promise<Response> {
  const { digest, rows } = await embedder.embed(request, signal);
  return new Response(encodeRows(rows), { headers: { [modelDigestHeader]: digest } });
}

async function parse<Schema extends v.GenericSchema>(
  request: Request,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  try {
    return v.parse(schema, JSON.parse(await readBounded(request.body, maxBodyBytes)));
  } catch (error) {
    if (error instanceof v.ValiError || error instanceof SyntaxError || error instanceof BodyTooLarge) {
      const limit = `at most ${maxTexts} texts and ${maxBodyBytes} bytes a request`;
      throw new SelvedgeError("INPUT_INVALID", `Cannot embed: ${error.message} (${limit})`, { cause: error });
    }
    throw error;
  }
}

function fault(error: unknown): Response {
  const known = isSelvedgeError(error);
  if (!known) console.error(error);
  const body: EngineFault = known
    ? { code: error.code, message: error.message }
    : { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
  return Response.json(body, { status: known && error.retryable ? 503 : known ? 400 : 500 });
}
