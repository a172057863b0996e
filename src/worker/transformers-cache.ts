/** The one cache there is: transformers.js opens it by this name. */
const cacheName = "transformers-cache";

/** Files beside weights: the repositories of `onnx-community` have the word in the URLs of all. */
const smallFile = /\.(?:json|txt|jinja|model)(?:\?.*)?$/;

/**
 * `caches` as Supabase has it: a cache that stores nothing. It answers for URLs of weights, which contain `onnx`,
 * with a response whose body is the URL; transformers.js hands it on to ONNX Runtime, so that weights never pass
 * through the function. All else is fetched.
 */
export const transformersCaches = {
  /** @throws {Error} for another name */
  open: (name: string) => name === cacheName ? Promise.resolve(cache) : unavailable(),
  has: () => unavailable(),
  delete: () => unavailable(),
  keys: () => unavailable(),
  match: () => unavailable(),
};

/**
 * Graphs that were found and not yet asked for again. Versions 3.1 to 3.8 of transformers.js do that for each, in
 * the order they were found, but have forgotten the URL.
 */
const found: string[] = [];
const maxFound = 32;

const cache = {
  match(request?: RequestInfo | URL): Promise<Response | undefined> {
    if (request === undefined) return Promise.resolve(urlAsBody(found.shift()));
    const url = request instanceof Request ? request.url : String(request);
    if (!/^https?:/.test(url) || !url.includes("onnx") || smallFile.test(url)) {
      return Promise.resolve(undefined);
    }
    found.push(url);
    if (found.length > maxFound) found.shift();
    return Promise.resolve(urlAsBody(url));
  },
  put: () => unavailable(),
  add: () => unavailable(),
  addAll: () => unavailable(),
  delete: () => unavailable(),
  keys: () => unavailable(),
  matchAll: () => unavailable(),
};

function urlAsBody(url: string | undefined): Response | undefined {
  return url === undefined ? undefined : new Response(url);
}

function unavailable(): Promise<never> {
  return Promise.reject(new Error("Web Cache is not available in this context"));
}
