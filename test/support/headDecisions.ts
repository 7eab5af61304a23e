/** Prints which of the ids `0` to `count - 1` the head sampler keeps: its arguments are the ratio and the count. Run by tests as a process of its own. */
import { Effect } from "effect"
import { observationIdOf } from "../../src/domain/observation/observationId.ts"
import { traceIdOf } from "../../src/domain/tracing/traceId.ts"
import { HeadSampler } from "../../src/layers/stage/HeadSampler.ts"

export const keptOf = (ratio: number, count: number): ReadonlyArray<number> => {
  const { decide } = Effect.runSync(Effect.provide(HeadSampler, HeadSampler.layerRatio(ratio)))
  const bytes = new Uint8Array(4)
  const view = new DataView(bytes.buffer)
  const kept: Array<number> = []
  for (let i = 0; i < count; i++) {
    view.setUint32(0, i)
    if (decide(traceIdOf(observationIdOf("radar-1", bytes))).sampled) kept.push(i)
  }
  return kept
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(keptOf(Number(process.argv[2]), Number(process.argv[3]))))
}
