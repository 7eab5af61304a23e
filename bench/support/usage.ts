/** What a process has used so far, ms of CPU: the thread that does the work, and all with the garbage collector's and the compiler's. */

export type Usage = Readonly<Record<"thread" | "all", number>>

const millis = ({ system, user }: NodeJS.CpuUsage): number => (system + user) / 1000

export const usage = (): Usage => ({ thread: millis(process.threadCpuUsage()), all: millis(process.cpuUsage()) })

/** What was used since then by each of so many. */
export const usedSince = (before: Usage, count = 1): Usage => {
  const now = usage()
  return { thread: (now.thread - before.thread) / count, all: (now.all - before.all) / count }
}
