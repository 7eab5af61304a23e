/**
 * The trace backend's pipeline: the topic `spans`, grouped and decided, into the store.
 *
 *     spans -> aggregate -> [decisions] -> store -> commit
 *
 * Where a policy decides, its decisions are in the topic `sampling-decisions` before anything is written. Positions are committed behind the earliest record of which a span
 * waits, so a restart reads again what was not decided, and writes again at most what was: the store takes a span once. Nothing of it is traced.
 */
import { Clock, Effect, Stream } from "effect"
import { tick } from "../../domain/stream/Envelope.ts"
import { spansTopic } from "../../domain/traces/otlp/spanRecord.ts"
import type { GroupMember } from "../../layers/log/GroupMember.ts"
import { type LogError, type LogRecord, MessageLog } from "../../layers/log/MessageLog.ts"
import type { TraceStore } from "../../layers/traces/store/TraceStore.ts"
import { commit } from "../log/commit.ts"
import { fromLog } from "../log/fromLog.ts"
import type { Pipeline } from "../stage/Pipeline.ts"
import type { StageServices } from "../stage/Stage.ts"
import { aggregate } from "./aggregate.ts"
import type { Aggregation } from "./Aggregation.ts"
import type { AggregationOptions } from "./AggregationOptions.ts"
import type { ClosedTraces } from "./ClosedTraces.ts"
import type { Decisions } from "./Decisions.ts"
import { recordDecisions } from "./recordDecisions.ts"
import { storeTraces } from "./storeTraces.ts"

/** The group that reads spans to store traces. */
export const aggregatorGroup = "aggregator"

export interface TracePipelineOptions<E = never, R = never> extends AggregationOptions {
  /** What was decided before this start: `loadDecisions`. */
  readonly decided?: ReadonlyMap<number, Decisions>
  /** When it has ended the pipeline works off what is there, and ends. */
  readonly until?: Effect.Effect<unknown, E, R>
  readonly began?: (aggregation: Aggregation) => void
  readonly stored?: (closed: ClosedTraces) => void
}

const unsampled = { sampled: false, traceState: undefined } as const
const noHeaders = {}

/** Collectors stamp a record before it is in the log: so long, ms, time stays behind where nothing is to be read. */
const margin = 1000

/** Time that passes while every record is read; none while some wait. */
const idleTicks = (aggregations: ReadonlySet<Aggregation>) =>
  Stream.tick("500 millis").pipe(
    Stream.mapEffect(() =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const log = yield* MessageLog
        const ends = yield* Effect.orElseSucceed(log.offsets(spansTopic), () => [])
        const all = new Map(ends.map(({ end, partition }) => [partition, end]))
        for (const { next, partition } of aggregations) if (next < (all.get(partition) ?? Infinity)) return undefined
        return now - margin
      })
    ),
    Stream.filter((time) => time !== undefined),
    Stream.map(tick)
  )

export const tracePipeline = <E = never, R = never>(
  { began, decided, stored, until, ...options }: TracePipelineOptions<E, R>
): Pipeline<E | LogError, R | StageServices | MessageLog | GroupMember | TraceStore> => {
  const aggregations = new Set<Aggregation>()
  const spans = fromLog<LogRecord, E, R | MessageLog>({
    topic: spansTopic,
    group: aggregatorGroup,
    read: (record) => ({ payload: record, decision: unsampled, hasLineage: false, trace: noHeaders }),
    ticks: idleTicks(aggregations),
    ...(until !== undefined && { until })
  })
  const closed = spans.via(aggregate({
    ...options,
    decisionsOf: (partition) => decided?.get(partition),
    began: (aggregation) => {
      aggregations.add(aggregation)
      began?.(aggregation)
    }
  }))
  return (options.policies === undefined ? closed : closed.via(recordDecisions)).via(storeTraces(stored)).to(commit())
}
