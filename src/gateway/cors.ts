import type { MiddlewareHandler } from "hono";

const methods = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";

/**
 * CORS as Supabase's gateway has it: any origin; a preflight is answered without asking anybody for a token or
 * the function for its opinion, and allows the headers it asks for. A function that sets its own allowed origin
 * keeps it.
 */
export const cors: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const isPreflight = req.method === "OPTIONS" && req.header("origin") !== undefined &&
    req.header("access-control-request-method") !== undefined;
  if (isPreflight) {
    return context.body(null, 200, {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods,
      "access-control-allow-headers": req.header("access-control-request-headers") ?? "",
      "content-length": "0",
    });
  }
  await next();
  if (!context.res.headers.has("access-control-allow-origin")) {
    context.res.headers.set("access-control-allow-origin", "*");
  }
};
