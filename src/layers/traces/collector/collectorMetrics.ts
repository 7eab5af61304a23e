/** The collector's counts as metrics: `collector_*`. */
import { Effect } from "effect"
import { Collectors } from "../../metrics/Collectors.ts"
import { metricFamilies } from "../../metrics/instruments.ts"
import { RefusalReason } from "./Collector.ts"
import type { CollectorCounts, Rejection, Transport } from "./CollectorCounts.ts"

const transports: ReadonlyArray<Transport> = ["http", "grpc", "zipkin", "process"]
const rejections: ReadonlyArray<Rejection> = ["trace_id", "span_id", "parent_span_id", "too_large"]

/** Shows the counts until the scope closes. */
export const showCollectorCounts = Effect.fnUntraced(function*(counts: CollectorCounts) {
  const { counter } = yield* metricFamilies
  const accepted = counter(
    "collector_spans_accepted_total",
    "Spans stored in the topic spans before they were answered for"
  )
  const refused = counter("collector_requests_refused_total", "Requests that were refused as a whole, by reason")
  const rejected = counter(
    "collector_spans_rejected_total",
    "Spans of accepted requests that were left out, by what is wrong"
  )
  const discarded = counter(
    "collector_spans_discarded_total",
    "Late spans of traces whose recorded decision is to drop them"
  )
  const truncated = counter(
    "collector_attributes_truncated_total",
    "Attributes that were cut to a limit or left out over it"
  )
  const redacted = counter("collector_attributes_redacted_total", "Attributes whose value was blotted out")
  const bytes = counter("collector_request_bytes_total", "Bytes of accepted requests, uncompressed")
  const records = counter("collector_record_bytes_total", "Bytes of the records made of them")
  const collectors = yield* Collectors
  yield* collectors.add(() => {
    for (const transport of transports) accepted(counts.accepted.get(transport) ?? 0, { transport })
    for (const reason of RefusalReason.literals) refused(counts.refused.get(reason) ?? 0, { reason })
    for (const reason of rejections) rejected(counts.rejected.get(reason) ?? 0, { reason })
    discarded(counts.discarded)
    truncated(counts.truncated)
    redacted(counts.redacted)
    bytes(counts.requestBytes)
    records(counts.recordBytes)
  })
})
