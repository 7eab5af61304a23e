/**
 * Records of the topic `spans` in, decided traces out.
 *
 * Arrays: many records into one event for all that a turn of log time closed. Order: that of decisions. Time: log time; a watermark passes. Progress marks are held back
 * behind the earliest record of which a span waits. State: {@link Aggregation}, one for each partition, read again after a restart. Errors: a record that cannot be read is
 * a dead letter. Cost: see docs/trace-backend.md.
 */
import { type Held, progress, type SourcePosition } from "../../domain/stream/Envelope.ts"
import { Place } from "../../domain/stream/Place.ts"
import type { LogRecord } from "../../layers/log/LogRecord.ts"
import { type Collector, columns, type Operator, type StageServices } from "../stage/Stage.ts"
import { readAgain } from "../state/State.ts"
import { Aggregation } from "./Aggregation.ts"
import type { AggregationOptions } from "./AggregationOptions.ts"
import type { ClosedTraces } from "./ClosedTraces.ts"
import type { Decisions } from "./Decisions.ts"

export interface AggregateOptions extends AggregationOptions {
  /** What was decided before this start. */
  readonly decisionsOf?: (partition: number) => Decisions | undefined
  /** Is told of each partition that begins. */
  readonly began?: (aggregation: Aggregation) => void
}

interface State {
  readonly partitions: Map<number, Aggregation>
  /** The last event, which what is closed without one continues. */
  last: Held | undefined
  readonly marks: Map<number, SourcePosition>
  readonly told: Map<number, number>
}

export const aggregate = (options: AggregateOptions): Operator<LogRecord, ClosedTraces, never, StageServices> => {
  const { began, decisionsOf } = options

  const of = ({ partitions }: State, partition: number): Aggregation => {
    const known = partitions.get(partition)
    if (known !== undefined) return known
    const made = new Aggregation(partition, options, decisionsOf?.(partition))
    partitions.set(partition, made)
    began?.(made)
    return made
  }

  const drain = (state: State, collector: Collector<ClosedTraces>): void => {
    if (state.last === undefined) return
    for (const aggregation of state.partitions.values()) {
      const closed = aggregation.drain()
      if (closed !== undefined) collector.continued(state.last, closed)
    }
  }

  /** What may be committed now, if it is more than was said before. */
  const tell = ({ marks, partitions, told }: State, collector: Collector<ClosedTraces>): void => {
    const positions: Array<SourcePosition> = []
    for (const [partition, mark] of marks) {
      const offset = Math.min(mark.offset, partitions.get(partition)?.settled ?? mark.offset)
      if (offset <= (told.get(partition) ?? -1)) continue
      told.set(partition, offset)
      positions.push({ ...mark, offset })
    }
    if (positions.length > 0) collector.control(progress(positions))
  }

  return columns<LogRecord, ClosedTraces, State>({
    name: "aggregate",
    state: readAgain((): State => ({ partitions: new Map(), last: undefined, marks: new Map(), told: new Map() })),
    onBatch: (state, batch, collector) => {
      const place = new Place(batch)
      for (const record of batch.payloads) {
        place.advance()
        const malformed = of(state, record.partition).take(record)
        if (malformed !== undefined) collector.dead(place, "Deserialization", malformed.message)
      }
      state.last = collector.hold(place)
      drain(state, collector)
    },
    onTick: (state, now, collector) => {
      for (const aggregation of state.partitions.values()) aggregation.advance(now)
      drain(state, collector)
      tell(state, collector)
    },
    onWatermark: (state, time, collector) => {
      if (time < Infinity) return
      for (const aggregation of state.partitions.values()) aggregation.end()
      drain(state, collector)
      tell(state, collector)
    },
    onProgress: (state, mark, collector) => {
      for (const position of mark.positions) state.marks.set(position.partition, position)
      tell(state, collector)
    },
    observe: ({ partitions }) => {
      const sum = { traces: 0, spans: 0, bytes: 0 }
      for (const { waiting } of partitions.values()) {
        sum.traces += waiting.traces
        sum.spans += waiting.spans
        sum.bytes += waiting.bytes
      }
      return { open_traces: sum.traces, open_spans: sum.spans, open_bytes: sum.bytes }
    }
  })
}
