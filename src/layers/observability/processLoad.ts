/**
 * The load of this process, from Node: the share of one core that it used since the last measure (what JavaScript can use; more counts as
 * all of it), and the share of V8's heap limit that is in use.
 */
import { Clock, Effect, Layer } from "effect"
import { cpuUsage } from "node:process"
import { getHeapStatistics } from "node:v8"
import { LoadMeter } from "./LoadMeter.ts"

export const layerProcessLoad: Layer.Layer<LoadMeter> = Layer.effect(
  LoadMeter,
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    let usedMicros = total(cpuUsage())
    let at = clock.monotonicTimeNanosUnsafe()
    let cpu = 0
    return LoadMeter.of({
      measure: Effect.sync(() => {
        const used = total(cpuUsage())
        const now = clock.monotonicTimeNanosUnsafe()
        const elapsedMicros = Number(now - at) / 1000
        if (elapsedMicros > 0) cpu = Math.min(1, Math.max(0, (used - usedMicros) / elapsedMicros))
        usedMicros = used
        at = now
        const { heap_size_limit, used_heap_size } = getHeapStatistics()
        return { cpu, heap: used_heap_size / heap_size_limit }
      })
    })
  })
)

const total = ({ system, user }: NodeJS.CpuUsage): number => system + user
