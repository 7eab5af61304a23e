/**
 * The load of this process, from Node: the share of one core that it used since the last measure (what JavaScript can use; more counts as
 * all of it), and the share of V8's heap limit that is in use. Both are of the real world, whatever clock the pipeline runs on.
 */
import { Effect, Layer } from "effect"
import { cpuUsage, uptime } from "node:process"
import { getHeapStatistics } from "node:v8"
import { LoadMeter } from "./LoadMeter.ts"

const layer: Layer.Layer<LoadMeter> = Layer.sync(LoadMeter, () => {
  let used = cpuSeconds()
  let at = uptime()
  let cpu = 0
  return LoadMeter.of({
    measure: Effect.sync(() => {
      const [usedNow, now] = [cpuSeconds(), uptime()]
      if (now > at) cpu = Math.min(1, Math.max(0, (usedNow - used) / (now - at)))
      used = usedNow
      at = now
      const { heap_size_limit, used_heap_size } = getHeapStatistics()
      return { cpu, heap: used_heap_size / heap_size_limit }
    })
  })
})

const cpuSeconds = (): number => {
  const { system, user } = cpuUsage()
  return (system + user) / 1e6
}

/** The load of this process. */
export const ProcessLoad = { layer }
