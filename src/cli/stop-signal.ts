const interrupted = 130;
const parentCheckMs = 1_000;

/**
 * A signal that aborts when the program is asked to stop: by SIGINT, SIGTERM or SIGHUP, or by the end of the
 * npm that started it, which cannot say so when it is killed. Asked a second time, the program ends at once;
 * its processes notice.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const ask = () => {
    if (stopping.signal.aborted) Deno.exit(interrupted);
    stopping.abort(new Error("Selvedge was asked to stop"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(name, ask);
  if (Deno.env.has("npm_lifecycle_event")) stopWithParent(stopping);
  return stopping.signal;
}

function stopWithParent(stopping: AbortController): void {
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid === parent) return;
    clearInterval(timer);
    stopping.abort(new Error("The npm that started Selvedge has ended"));
  }, parentCheckMs);
  Deno.unrefTimer(timer);
}
