const interrupted = 130;
const parentCheckMs = 1_000;
/** Ctrl-C under npm comes twice: from the terminal, and passed on by npm. Within this time it is one wish. */
const sameWishMs = 500;

/**
 * A signal that aborts when the program is asked to stop: by SIGINT, SIGTERM or SIGHUP, or by the end of the
 * npm that started it, which cannot say so when it is killed. Asked a second time, the program ends at once;
 * its processes notice.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  let askedAt = Infinity;
  const ask = () => {
    if (performance.now() - askedAt > sameWishMs) Deno.exit(interrupted);
    askedAt = Math.min(askedAt, performance.now());
    stopping.abort(new Error("Selvedge was asked to stop"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(name, ask);
  if (Deno.env.has("npm_lifecycle_event")) stopWithParent(stopping);
  return stopping.signal;
}

function stopWithParent(stopping: AbortController): void {
  const before = starter();
  const timer = setInterval(() => {
    if (starter() === before) return;
    clearInterval(timer);
    stopping.abort(new Error("The npm that started Selvedge has ended"));
  }, parentCheckMs);
  Deno.unrefTimer(timer);
}

/** Our parent, and on Linux its parent too: npm starts a shell, and the shell starts us. */
function starter(): string {
  try {
    const stat = Deno.readTextFileSync(`/proc/${Deno.ppid}/stat`);
    return `${Deno.ppid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    // No such file system here, or the parent ended just now.
    return String(Deno.ppid);
  }
}
