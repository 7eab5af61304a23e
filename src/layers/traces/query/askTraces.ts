/**
 * Questions about traces, put to a store and answered in the shapes of `src/domain/api/traceAnswers.ts`: what HTTP, the command line and the pages have in common.
 *
 * Clocks that disagree are learned from the trace itself and, if its own calls say that they disagree, from up to {@link mostNeighbours} other traces
 * of the same services within {@link neighbourhood} of it.
 */
import { Effect, Option } from "effect"
import type { DecisionJson, TraceDiffJson, TraceJson } from "../../../domain/api/traceAnswers.ts"
import { decisionJson } from "../../../domain/traces/answers/decisionJson.ts"
import { diffJson } from "../../../domain/traces/answers/diffJson.ts"
import { traceJson } from "../../../domain/traces/answers/traceJson.ts"
import { type AssembledTrace, assembleTrace } from "../../../domain/traces/assembly/assembleTrace.ts"
import { spanTree } from "../../../domain/traces/assembly/spanTree.ts"
import { summarizeTrace } from "../../../domain/traces/search/summarizeTrace.ts"
import { type BoundsByPair, clockBounds } from "../../../domain/traces/skew/clockBounds.ts"
import { hasSkew } from "../../../domain/traces/skew/clockOffsets.ts"
import type { TraceRecord } from "../../../domain/traces/TraceRecord.ts"
import { TraceReader, type TraceStoreError } from "../store/TraceStore.ts"
import { UndecidedTraces } from "../store/UndecidedTraces.ts"

/** Nanoseconds before and after the trace's start: clocks drift, so what was seen long ago says little. */
export const neighbourhood = 300_000_000_000n

export const mostNeighbours = 20

/** What other traces say of the clocks of this one's hosts. */
const clocksAround = Effect.fnUntraced(function*(
  record: TraceRecord
): Effect.fn.Return<ReadonlyArray<BoundsByPair>, TraceStoreError, TraceReader> {
  const own = clockBounds(spanTree(record.spans))
  const summary = summarizeTrace(record.spans)
  if (summary === undefined || !hasSkew(own)) return []
  const reader = yield* TraceReader
  const { traces } = yield* reader.search({
    service: summary.rootService,
    start: summary.start - neighbourhood,
    end: summary.start + neighbourhood,
    limit: mostNeighbours + 1
  })
  const others = yield* Effect.forEach(
    traces.filter(({ traceId }) => traceId !== record.traceId).slice(0, mostNeighbours),
    ({ traceId }) => reader.trace(traceId)
  )
  return others.flatMap((other) => Option.isSome(other) ? [clockBounds(spanTree(other.value.spans))] : [])
})

/** `undefined` for a trace that is not kept. */
export const assembledTrace = Effect.fn("traces.assembled")(function*(
  traceId: string,
  { raw = false }: { readonly raw?: boolean } = {}
): Effect.fn.Return<AssembledTrace | undefined, TraceStoreError, TraceReader> {
  const found = yield* TraceReader.use((reader) => reader.trace(traceId))
  if (Option.isNone(found)) return undefined
  return assembleTrace(found.value, { raw, clocks: raw ? [] : yield* clocksAround(found.value) })
})

export const traceAnswer = Effect.fn("traces.answer")(function*(
  traceId: string,
  raw: boolean
): Effect.fn.Return<TraceJson | undefined, TraceStoreError, TraceReader> {
  const trace = yield* assembledTrace(traceId, { raw })
  return trace === undefined
    ? undefined
    : traceJson(trace, yield* TraceReader.use((reader) => reader.linkedFrom(traceId)))
})

export const whyAnswer = Effect.fn("traces.why")(function*(
  traceId: string
): Effect.fn.Return<DecisionJson, TraceStoreError, TraceReader> {
  const decision = yield* TraceReader.use((reader) => reader.decision(traceId))
  return decisionJson(traceId, Option.getOrUndefined(decision), (yield* UndecidedTraces).has(traceId))
})

/** The ids that are not kept, or the comparison. */
export const diffAnswer = Effect.fn("traces.diff")(function*(
  a: string,
  b: string
): Effect.fn.Return<TraceDiffJson | ReadonlyArray<string>, TraceStoreError, TraceReader> {
  const [first, second] = [yield* assembledTrace(a), yield* assembledTrace(b)]
  return first === undefined || second === undefined
    ? [...(first === undefined ? [a] : []), ...(second === undefined ? [b] : [])]
    : diffJson(first, second)
})
