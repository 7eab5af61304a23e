/**
 * What Node tells of this process: event loop, heap, garbage collection, memory, processor, file descriptors, build.
 *
 * Read when somebody looks, but for garbage collections, which are counted as they happen, and the event loop's delay, sampled by a timer every
 * 20 ms. Ratios and delays are over the time since the last look, at least a second; within a second the last values are given again.
 */
import { Effect, Layer, Metric, Predicate } from "effect"
import { constants, monitorEventLoopDelay, performance as nodePerformance, PerformanceObserver } from "node:perf_hooks"
import { getHeapStatistics } from "node:v8"
import { Descriptors } from "../runtime/Descriptors.ts"
import { Collectors } from "./Collectors.ts"
import { metricFamilies } from "./instruments.ts"

const delayResolutionMillis = 20
const leastSpanMillis = 1000

const gcKinds: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak-callbacks"]
])

const gcDuration = (kind: string) =>
  Metric.histogram("nodejs_gc_duration_seconds", {
    description: "Pauses by the garbage collector, by kind",
    boundaries: [1e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5],
    attributes: { kind }
  })

const observeCollections = Effect.acquireRelease(
  Effect.gen(function*() {
    const context = yield* Effect.context()
    const byKind = new Map(Array.from(gcKinds, ([kind, name]) => [kind, gcDuration(name)] as const))
    for (const duration of byKind.values()) duration.valueUnsafe(context)
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const detail = Predicate.hasProperty(entry, "detail") ? entry.detail : undefined
        const kind = Predicate.hasProperty(detail, "kind") ? detail.kind : undefined
        byKind.get(kind)?.updateUnsafe(entry.duration / 1000, context)
      }
    })
    observer.observe({ entryTypes: ["gc"] })
    return observer
  }),
  (observer) => Effect.sync(() => observer.disconnect())
)

const watchDelay = Effect.acquireRelease(
  Effect.sync(() => {
    const delay = monitorEventLoopDelay({ resolution: delayResolutionMillis })
    delay.enable()
    return delay
  }),
  (delay) => Effect.sync(() => delay.disable())
)

/** Seconds; what the timer itself waits is taken off. */
const delaySeconds = (nanos: number): number => Math.max(0, nanos / 1e9 - delayResolutionMillis / 1000)

/** Process metrics into {@link Collectors}, for as long as the Layer lives. */
export const layerProcessMetrics = (build: { readonly version: string }): Layer.Layer<never, never, Collectors> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { counter, gauge } = yield* metricFamilies
    const utilization = gauge("nodejs_eventloop_utilization_ratio", "Share of time that the event loop was busy")
    const delayed = gauge("nodejs_eventloop_delay_seconds", "How late the event loop serves a timer, by statistic")
    const heapUsed = gauge("nodejs_heap_used_bytes", "Heap in use")
    const heapTotal = gauge("nodejs_heap_size_bytes", "Heap taken from the system")
    const heapLimit = gauge("nodejs_heap_limit_bytes", "What the heap may grow to")
    const external = gauge("nodejs_external_memory_bytes", "Memory outside of the heap that objects of it hold")
    const resident = gauge("process_resident_memory_bytes", "Resident memory")
    const cpu = counter("process_cpu_seconds_total", "Processor time, user and system")
    const openFds = gauge("process_open_fds", "Open file descriptors")
    const mostFds = gauge("process_max_fds", "Most file descriptors that may be open")
    const started = gauge("process_start_time_seconds", "When the process started, Unix time")
    const info = gauge("perigee_build_info", "1, labelled by what is running")

    info(1, { version: build.version, node: process.versions.node })
    started(nodePerformance.timeOrigin / 1000)
    const descriptors = yield* Descriptors
    mostFds(descriptors.most())

    yield* observeCollections
    const delay = yield* watchDelay
    let lastAt = nodePerformance.now()
    let lastLoop = nodePerformance.eventLoopUtilization()
    const overTime = () => {
      const at = nodePerformance.now()
      if (at - lastAt < leastSpanMillis) return
      const loop = nodePerformance.eventLoopUtilization()
      utilization(nodePerformance.eventLoopUtilization(loop, lastLoop).utilization)
      if (delay.count > 0) {
        delayed(delaySeconds(delay.percentile(50)), { stat: "p50" })
        delayed(delaySeconds(delay.percentile(99)), { stat: "p99" })
        delayed(delaySeconds(delay.max), { stat: "max" })
      }
      delay.reset()
      lastAt = at
      lastLoop = loop
    }

    yield* (yield* Collectors).add(() => {
      overTime()
      const memory = process.memoryUsage()
      heapUsed(memory.heapUsed)
      heapTotal(memory.heapTotal)
      heapLimit(getHeapStatistics().heap_size_limit)
      external(memory.external)
      resident(memory.rss)
      const { system, user } = process.cpuUsage()
      cpu((system + user) / 1e6)
      openFds(descriptors.open())
    })
  }))
