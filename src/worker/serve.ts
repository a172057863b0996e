type Handler = (request: Request, info: Deno.ServeHandlerInfo) => unknown;
type ServeOptions = Deno.ServeTcpOptions & { handler?: Handler };

/** What a function's `Deno.serve` does instead of opening a port. */
export interface ServeTarget {
  readonly socket: string;
  /** Called once the server accepts requests. */
  readonly onListening: (server: Deno.HttpServer) => void;
}

// Taken before it is replaced.
const serveOriginal = Deno.serve;

/**
 * Makes `Deno.serve`, in all its forms, listen on the host's socket. Port and host name are the gateway's
 * matter; `onListen`, `onError` and `signal` keep their meaning.
 */
export function replaceServe(target: ServeTarget): void {
  const serve = (first: Handler | ServeOptions, second?: Handler): Deno.HttpServer => {
    const options: ServeOptions = typeof first === "function" ? {} : first;
    const handler = typeof first === "function" ? first : second ?? options.handler;
    if (typeof handler !== "function") throw new TypeError("Deno.serve needs a handler function");
    const server: Deno.HttpServer = serveOriginal({
      path: target.socket,
      ...(options.signal && { signal: options.signal }),
      onListen: () =>
        options.onListen?.({ transport: "tcp", hostname: "0.0.0.0", port: options.port ?? 8000 }),
    }, answer(handler, options.onError));
    target.onListening(server);
    return server;
  };
  Object.defineProperty(Deno, "serve", {
    value: serve,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

/** The contract's answers when a handler throws (500) and when it returns no Response (502). */
function answer(handler: Handler, onError: ServeOptions["onError"]): Deno.ServeHandler<Deno.UnixAddr> {
  return async (request, { completed }) => {
    try {
      const response = await handler(request, { remoteAddr: remoteAddress(request), completed });
      if (response instanceof Response) return response;
      console.error(
        new TypeError(`The function returned ${kind(response)} where a Response is expected`).message,
      );
      return failure(502, "Bad Gateway");
    } catch (error) {
      if (onError !== undefined) return await onError(error);
      console.error(error);
      return failure(500, "Internal Server Error");
    }
  };
}

function failure(status: number, text: string): Response {
  return new Response(text, { status, headers: { "sb-error-code": "EDGE_FUNCTION_ERROR" } });
}

function remoteAddress(request: Request): Deno.NetAddr {
  const hostname = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "127.0.0.1";
  return { transport: "tcp", hostname, port: 0 };
}

function kind(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}
