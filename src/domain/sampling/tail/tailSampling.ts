/**
 * Tail sampling, without a clock of its own: spans go in, whoever drives it says what time it is, what is kept goes to a sink.
 *
 * A trace is decided once: its root ended and it was quiet for the delay, or it waited long enough, or it is too large. It is kept if its randomness
 * is at or above the policy's threshold and the floor of overload, and each of its spans then says so in its `th`. Late spans follow the
 * decision; if that was forgotten they are kept by the baseline, and marked.
 *
 * State: see {@link makeTraceBuffer}, {@link makeDecisionCache}, {@link makeOverloadFloor}, {@link makeRollingQuantile}.
 */
import type { SpanData } from "../../tracing/SpanData.ts"
import { randomnessOf } from "../head/otMember.ts"
import {
  above,
  compareBits,
  isKept,
  maxThreshold,
  type Randomness,
  type Threshold,
  thresholdOf
} from "../head/threshold.ts"
import type { PolicyContext, Verdict } from "../policies/Judge.ts"
import { Policy } from "../policies/Policy.ts"
import { type Decision, makeDecisionCache } from "./DecisionCache.ts"
import { makeOverloadFloor } from "./OverloadFloor.ts"
import { makeRollingQuantile } from "./RollingQuantile.ts"
import { stampOf } from "./stamp.ts"
import type { TailOptions } from "./TailOptions.ts"
import { emptyTailStats, type TailStats } from "./TailStats.ts"
import { makeTraceBuffer, type OpenTrace } from "./TraceBuffer.ts"
import { hasRemoteParent, summarize, type TraceSummary } from "./TraceSummary.ts"

/** The attribute of spans that were kept by the baseline since the decision about their trace was forgotten. */
export const reDecidedAttribute = "perigee.sampling.redecided"

export interface TailSampling {
  /** Takes spans in, in any order and of any traces. Late ones that are kept go to the sink before this returns. */
  readonly offer: (spans: ReadonlyArray<SpanData>, now: number) => void
  /** Decides what is due. */
  readonly tick: (now: number) => void
  /** Decides everything, due or not. */
  readonly flush: (now: number) => void
  readonly stats: Readonly<TailStats>
  readonly open: () => { readonly traces: number; readonly spans: number; readonly bytes: number }
  readonly floor: (now: number) => Threshold
  readonly decision: (traceId: string) => Decision | undefined
}

const operationOf = ({ root, service }: TraceSummary): string => `${service}\u0000${root.name}`

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

export const makeTailSampling = (
  options: TailOptions,
  world: {
    /** Gets what is kept; the array is the sink's own. It must not throw. */
    readonly sink: (spans: ReadonlyArray<SpanData>) => void
    readonly adaptive: PolicyContext["adaptive"]
  },
  startedAt: number
): TailSampling => {
  const { maxBytesPerTrace, maxSpansPerTrace, maxWaitMillis, population, remoteParentIsRoot, rootDelayMillis } = options
  const judge = Policy.compile(options.policy)
  const buffer = makeTraceBuffer(options)
  const cache = makeDecisionCache(
    { capacity: options.decisionCapacity, ttlMillis: options.decisionTtlMillis },
    startedAt
  )
  const floor = makeOverloadFloor(2 * maxWaitMillis)
  const durations = makeRollingQuantile(options.rolling)
  const baseline = thresholdOf(options.baselineProbability)
  const stats = emptyTailStats()
  let decidedUntil = startedAt

  /** Stamps spans that are kept and hands them on to `out`. */
  const keep = (
    spans: ReadonlyArray<SpanData>,
    randomness: Randomness,
    threshold: Threshold,
    out: Array<SpanData>
  ): void => {
    const stamp = stampOf(population, randomness, threshold)
    for (const span of spans) {
      const stamped = stamp(span)
      if (stamped === undefined) stats.unknownWeightSpans++
      out.push(stamped ?? span)
    }
    stats.keptSpans += spans.length
  }

  const late = (span: SpanData, { kept, policy, threshold }: Decision, out: Array<SpanData>): void => {
    if (!kept) {
      stats.lateDroppedSpans++
      if (span.status.code === "error") stats.lateDroppedErrors++
      return
    }
    stats.lateKeptSpans++
    const marked = policy === "baseline"
      ? { ...span, attributes: { ...span.attributes, [reDecidedAttribute]: true } }
      : span
    keep([marked], randomnessOf(span.traceId, span.traceState), threshold, out)
  }

  const decideAgain = ({ traceId, traceState }: SpanData, now: number): Decision | undefined => {
    if (!cache.wasForgotten(traceId)) return undefined
    const kept = isKept(randomnessOf(traceId, traceState), baseline)
    const decision: Decision = { kept, threshold: baseline, policy: "baseline", decidedAt: now }
    cache.set(traceId, decision)
    stats.reDecided++
    return decision
  }

  const giveUp = (traceId: string, threshold: Threshold, now: number): void =>
    cache.set(traceId, { kept: false, threshold, policy: "overload", decidedAt: now })

  /** The trace of a span that is the first of its trace; `undefined` if the floor does not let it in. */
  const begin = ({ traceId, traceState }: SpanData, now: number): OpenTrace | undefined => {
    stats.traces++
    const randomness = randomnessOf(traceId, traceState)
    const floorAtArrival = floor.at(now)
    if (!isKept(randomness, floorAtArrival)) {
      stats.refused++
      giveUp(traceId, floorAtArrival, now)
      return undefined
    }
    const dueAt = now + maxWaitMillis
    const trace: OpenTrace = {
      traceId,
      randomness,
      spans: [],
      bytes: 0,
      arrivedAt: now,
      floorAtArrival,
      rootEnded: false,
      dueAt,
      reason: "wait",
      queuedAt: dueAt,
      open: true
    }
    buffer.begin(trace)
    return trace
  }

  const append = (trace: OpenTrace, span: SpanData, now: number): void => {
    buffer.append(trace, span)
    if (span.parentSpanId === undefined || (remoteParentIsRoot && hasRemoteParent(span))) trace.rootEnded = true
    if (trace.spans.length >= maxSpansPerTrace || trace.bytes >= maxBytesPerTrace) buffer.schedule(trace, now, "size")
    else if (trace.rootEnded && now + rootDelayMillis < trace.arrivedAt + maxWaitMillis) {
      buffer.schedule(trace, now + rootDelayMillis, "root")
    } else buffer.schedule(trace, trace.arrivedAt + maxWaitMillis, "wait")
    for (let excess = buffer.takeExcess(); excess !== undefined; excess = buffer.takeExcess()) {
      stats.evicted++
      floor.raise(above(excess.randomness), now)
      giveUp(excess.traceId, above(excess.randomness), now)
    }
  }

  const settle = (trace: OpenTrace, verdict: Verdict, current: Threshold, now: number, out: Array<SpanData>): void => {
    const overload = maxThreshold(trace.floorAtArrival, current)
    const threshold = maxThreshold(verdict.threshold, overload)
    const kept = !verdict.excluded && isKept(trace.randomness, threshold)
    const policy = compareBits(overload, verdict.threshold) > 0 ? "overload" : verdict.policy
    cache.set(trace.traceId, { kept, threshold, policy, decidedAt: now })
    if (kept) {
      stats.kept++
      count(stats.keptBy, policy)
      keep(trace.spans, trace.randomness, threshold, out)
    } else if (verdict.excluded) stats.excluded++
    else stats.dropped++
  }

  const decide = (traces: ReadonlyArray<OpenTrace>, now: number): void => {
    const summaries = traces.flatMap((trace) => summarize(trace.spans, trace) ?? [])
    const verdicts = judge(summaries, {
      from: decidedUntil,
      to: now,
      latencyQuantile: (trace, share) => durations.quantile(operationOf(trace), share, now),
      adaptive: world.adaptive
    })
    decidedUntil = now
    for (const summary of summaries) durations.add(operationOf(summary), summary.durationMillis, now)
    const current = floor.at(now)
    const out: Array<SpanData> = []
    traces.forEach((trace, at) => {
      const verdict = verdicts[at]
      if (verdict !== undefined) settle(trace, verdict, current, now, out)
      count(stats.decidedBy, trace.reason)
    })
    if (out.length > 0) world.sink(out)
  }

  return {
    offer: (spans, now) => {
      const out: Array<SpanData> = []
      for (const span of spans) {
        stats.spans++
        const open = buffer.get(span.traceId)
        const decision = open === undefined ? cache.get(span.traceId) ?? decideAgain(span, now) : undefined
        if (decision !== undefined) late(span, decision, out)
        else {
          const trace = open ?? begin(span, now)
          if (trace !== undefined) append(trace, span, now)
        }
      }
      if (out.length > 0) world.sink(out)
    },
    tick: (now) => {
      cache.expire(now)
      decide(buffer.takeDue(now), now)
    },
    flush: (now) => decide(buffer.takeAll(), now),
    stats,
    open: buffer.counts,
    floor: floor.at,
    decision: cache.get
  }
}
