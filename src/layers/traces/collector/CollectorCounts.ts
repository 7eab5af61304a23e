/** What the collector has done since its start, in plain numbers: `collectorMetrics.ts` shows them. State: a few numbers. */
import { Metric } from "effect"
import type { Context } from "effect"
import type { RefusalReason } from "./Collector.ts"

export type Transport = "http" | "grpc" | "zipkin" | "process"

export type Rejection = "trace_id" | "span_id" | "parent_span_id" | "too_large"

const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export class CollectorCounts {
  readonly accepted = new Map<Transport, number>()
  readonly refused = new Map<RefusalReason, number>()
  readonly rejected = new Map<Rejection, number>()
  discarded = 0
  truncated = 0
  redacted = 0
  /** Of requests, uncompressed, and of the records made of them. */
  requestBytes = 0
  recordBytes = 0
  readonly #context: Context.Context<never>
  readonly #seconds = Metric.histogram("collector_request_seconds", {
    description: "From a whole request to its answer, durable append included",
    boundaries
  })

  constructor(context: Context.Context<never>) {
    this.#context = context
    this.#seconds.valueUnsafe(context)
  }

  took(millis: number): void {
    this.#seconds.updateUnsafe(millis / 1000, this.#context)
  }
}

export const count = <K>(counts: Map<K, number>, key: K, more: number): void => {
  if (more > 0) counts.set(key, (counts.get(key) ?? 0) + more)
}
