/** Asks the policies about traces of one turn. State: recent durations, where a policy needs them. */
import { Result } from "effect"
import type { Verdict } from "../../domain/sampling/policies/Judge.ts"
import { makeRollingQuantile } from "../../domain/sampling/tail/RollingQuantile.ts"
import type { TraceSummary } from "../../domain/sampling/tail/TraceSummary.ts"
import { makeSpanDecoder } from "../../domain/traces/otlp/decodeStored.ts"
import { serviceOfSpan } from "../../domain/traces/StoredSpan.ts"
import type { SpanData } from "../../domain/tracing/SpanData.ts"
import type { AggregationOptions } from "./AggregationOptions.ts"
import { BufferedTrace } from "./BufferedTrace.ts"
import type { OpenTraces } from "./OpenTraces.ts"
import { encodedSpan, type SpanBodies } from "./SpanBodies.ts"
import { countDistinct, placesOf } from "./spanPlaces.ts"
import type { TailPolicies } from "./tailPolicies.ts"

const operationOf = ({ root, service }: TraceSummary): string => `${service}\u0000${root.name}`

export const judgeTraces = (
  policies: TailPolicies,
  { adaptive, rolling }: Pick<AggregationOptions, "adaptive" | "rolling">,
  open: OpenTraces,
  bodies: SpanBodies
) => {
  const durations = makeRollingQuantile(rolling)
  let decidedUntil: number | undefined

  /** As policies know spans: the service stands among their attributes. Of one id and kind the last. */
  const decode = (slot: number): ReadonlyArray<SpanData> => {
    const decoder = makeSpanDecoder()
    const spans = new Map<string, SpanData>()
    for (const place of placesOf(open, bodies, slot)) {
      const encoded = encodedSpan(place)
      const decoded = encoded === undefined ? undefined : Result.getOrUndefined(decoder(encoded))
      if (decoded === undefined) continue
      const service = serviceOfSpan(decoded)
      spans.set(`${decoded.spanId} ${decoded.kind}`, {
        ...decoded,
        attributes: { "service.name": service, ...decoded.attributes }
      })
    }
    return Array.from(spans.values())
  }

  return (slots: ReadonlyArray<number>, time: number): ReadonlyArray<Verdict> => {
    const traces = slots.map((slot) => {
      const [start = 0, end = 0] = [open.start[slot], open.end[slot]]
      return new BufferedTrace({
        traceId: open.ids.hex(slot),
        randomness: { high: open.randomHigh[slot] ?? 0, low: open.randomLow[slot] ?? 0 },
        durationMillis: end > start ? (end - start) / 1e6 : 0,
        bytes: open.bytes[slot] ?? 0,
        matched: open.matched[slot] ?? 0,
        spanCount: policies.countsSpans ? countDistinct(open, slot) : open.spans[slot] ?? 0
      }, () => decode(slot))
    })
    const verdicts = policies.judge(traces, {
      from: decidedUntil ?? time,
      to: time,
      latencyQuantile: (trace, share) => durations.quantile(operationOf(trace), share, time),
      adaptive
    })
    decidedUntil = time
    if (policies.needsSpans) {
      for (const trace of traces) durations.add(operationOf(trace), trace.durationMillis, time)
    }
    return verdicts
  }
}
