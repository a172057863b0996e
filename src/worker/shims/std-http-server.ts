/** What functions use of `https://deno.land/std/http/server.ts`, over `Deno.serve`. */

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** Serves requests; resolves when the server has ended. */
export async function serve(handler: Handler, options: Deno.ServeTcpOptions = {}): Promise<void> {
  await Deno.serve(options, handler).finished;
}
