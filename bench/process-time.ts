/** The ids of a process and of all below it. Linux only. */
export async function processTree(root: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${root}/task/${root}/children`).catch(() => "");
  const children = text.trim().split(" ").filter((id) => id !== "").map(Number);
  return [root, ...(await Promise.all(children.map(processTree))).flat()];
}

/** The kernel's clock ticks a second, on every Linux that Deno runs on. */
const ticksPerSecond = 100;

/** CPU time of a process so far, ended threads included, in milliseconds; steps of 10 ms. */
export async function cpuMs(id: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${id}/stat`);
  const [user, system] = text.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return (user! + system!) * 1_000 / ticksPerSecond;
}

/** Resident memory of a process in megabytes. */
export async function residentMb(id: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${id}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** CPU time of a process's living threads so far, in nanoseconds: finer than {@linkcode cpuMs}. Linux only. */
export async function cpuNanoseconds(id: number): Promise<number> {
  let total = 0;
  for await (const { name } of Deno.readDir(`/proc/${id}/task`)) {
    const text = await Deno.readTextFile(`/proc/${id}/task/${name}/schedstat`).catch(() => "0");
    total += Number(text.split(" ")[0]);
  }
  return total;
}
