/**
 * What only the C library can say and do about the calling thread. Linux only: elsewhere a thread keeps its
 * priority, and its CPU time is unknown.
 */
export interface ThreadClock {
  /** CPU time of the calling thread, without others that work for it; 0 where it is unknown. */
  cpuMs(): number;
  /** Gives memory that was freed, but kept for later, back to the machine. */
  releaseFreedMemory(): void;
  /** The kernel gives a thread of higher niceness what others leave, in the middle of a batch too. */
  setNiceness(niceness: number): void;
}

/** From the Linux headers: `CLOCK_THREAD_CPUTIME_ID` and `PRIO_PROCESS`. */
const threadCpuTimeClock = 3;
const priorityOfProcess = 0;

/** Opens the C library, for the life of the thread. */
export function openThreadClock(): ThreadClock {
  if (Deno.build.os !== "linux") {
    return { cpuMs: () => 0, setNiceness: () => {}, releaseFreedMemory: () => {} };
  }
  const { symbols } = Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
    malloc_trim: { parameters: ["usize"], result: "i32" },
    gettid: { parameters: [], result: "i32" },
    setpriority: { parameters: ["i32", "i32", "i32"], result: "i32" },
  });
  const time = new BigInt64Array(2);
  return {
    cpuMs() {
      symbols.clock_gettime(threadCpuTimeClock, time);
      return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
    },
    releaseFreedMemory() {
      symbols.malloc_trim(0n);
    },
    setNiceness(niceness) {
      symbols.setpriority(priorityOfProcess, symbols.gettid(), niceness);
    },
  };
}
