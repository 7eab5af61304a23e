/** What the history keeps of the process itself. */
import { eventLoopUtilization, performance as nodePerformance } from "node:perf_hooks"
import { cpuUsage, memoryUsage } from "node:process"
import type { Sampler } from "./MetricHistory.ts"

export const makeProcessSampler = (): Sampler => {
  let last = nodePerformance.eventLoopUtilization()
  return (sample) => {
    const now = eventLoopUtilization()
    sample("nodejs_eventloop_utilization_ratio", eventLoopUtilization(now, last).utilization)
    last = now
    const { heapUsed, rss } = memoryUsage()
    sample("nodejs_heap_used_bytes", heapUsed)
    sample("process_resident_memory_bytes", rss)
    const { system, user } = cpuUsage()
    sample("process_cpu_seconds_total", (system + user) / 1e6)
  }
}
