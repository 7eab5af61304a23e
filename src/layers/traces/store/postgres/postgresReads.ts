/** Answers out of PostgreSQL's tables of traces. */
import { Effect, Option, Result } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { makeSpanDecoder } from "../../../../domain/traces/otlp/decodeStored.ts"
import { formatPage } from "../../../../domain/traces/search/pageToken.ts"
import { pageSize } from "../../../../domain/traces/search/searchTraces.ts"
import type {
  BackLink,
  Operation,
  StoredTraceSummary,
  TimeWindow,
  TraceQuery
} from "../../../../domain/traces/TraceQuery.ts"
import type { Completion, TraceDecision, TraceRecord } from "../../../../domain/traces/TraceRecord.ts"
import { isTraceId } from "../../../../domain/tracing/traceparent.ts"
import { pagePlace } from "../pagePlace.ts"
import { bigintOf, bytesOf, hexOf, tagHash, textOf } from "../storedValues.ts"
import { TraceStoreError } from "../TraceStore.ts"
import { callsIn, hourOf } from "./postgresCalls.ts"

interface DecisionRow {
  readonly keep: boolean
  readonly threshold_high: number
  readonly threshold_low: bigint
  readonly policy: string
  readonly ruleset: string
  readonly decided_at: bigint
  readonly late: boolean
}

const decisionOf = (row: DecisionRow): TraceDecision => ({
  keep: row.keep,
  threshold: { high: row.threshold_high, low: Number(row.threshold_low) },
  policy: row.policy,
  ruleset: row.ruleset,
  decidedAt: Number(row.decided_at),
  late: row.late
})

interface SummaryRow {
  readonly trace_id: Uint8Array
  readonly root_service: string
  readonly root_name: string
  readonly start_ns: bigint
  readonly duration_ns: bigint
  readonly span_count: number
  readonly error_count: number
  readonly services: ReadonlyArray<string>
}

const summaryOf = (row: SummaryRow): StoredTraceSummary => ({
  traceId: hexOf(row.trace_id),
  rootService: row.root_service,
  rootName: row.root_name,
  start: row.start_ns,
  durationNanos: row.duration_ns,
  spanCount: row.span_count,
  errorCount: row.error_count,
  services: row.services
})

/** What one span must be, where anything is asked of one. */
const spanConditions = (sql: SqlClient, query: TraceQuery): ReadonlyArray<Fragment> => {
  const tags = Object.entries(query.tags ?? {}).map(([key, text]) => tagHash(key, text))
  return [
    ...(query.service === undefined ? [] : [sql`s.service = ${textOf(query.service)}`]),
    ...(query.operation === undefined ? [] : [sql`s.name = ${textOf(query.operation)}`]),
    ...(query.error === true ? [sql`s.error`] : []),
    ...(tags.length === 0 ? [] : [sql`s.tags @> ${tags}`])
  ]
}

const traceConditions = (sql: SqlClient, query: TraceQuery): ReadonlyArray<Fragment> => {
  const spans = spanConditions(sql, query)
  return [
    sql`t.keep`,
    ...(query.minDurationNanos === undefined ? [] : [sql`t.duration_ns >= ${bigintOf(query.minDurationNanos)}`]),
    ...(query.maxDurationNanos === undefined ? [] : [sql`t.duration_ns <= ${bigintOf(query.maxDurationNanos)}`]),
    ...(query.start === undefined ? [] : [sql`t.start_ns >= ${bigintOf(query.start)}`]),
    ...(query.end === undefined ? [] : [sql`t.start_ns < ${bigintOf(query.end)}`]),
    ...(query.error === false ? [sql`t.error_count = 0`] : []),
    ...(spans.length === 0
      ? []
      : [sql`EXISTS (SELECT 1 FROM perigee_spans s WHERE s.trace_id = t.trace_id AND ${sql.and(spans)})`])
  ]
}

export const makePostgresReads = (sql: SqlClient) => {
  const trace = Effect.fnUntraced(function*(traceId: string) {
    if (!isTraceId(traceId)) return Option.none<TraceRecord>()
    const id = bytesOf(traceId)
    const [row] = yield* sql<
      DecisionRow & Completion & { readonly revision: bigint }
    >`SELECT revision, keep, threshold_high,
      threshold_low, policy, ruleset, decided_at, late, state, reason FROM perigee_traces WHERE trace_id = ${id} AND keep`
    if (row === undefined) return Option.none<TraceRecord>()
    const spans = yield* sql<
      { resource: Uint8Array; scope: Uint8Array; span: Uint8Array }
    >`SELECT r.resource, r.scope, s.span
      FROM perigee_spans s JOIN perigee_trace_resources r ON r.hash = s.resource WHERE s.trace_id = ${id} ORDER BY s.place`
    const decoded = Result.all(spans.map(makeSpanDecoder()))
    if (Result.isFailure(decoded)) {
      return yield* new TraceStoreError({
        reason: "Corrupt",
        message: `trace ${traceId}: ${decoded.failure.message}`,
        cause: decoded.failure
      })
    }
    const { reason, revision, state } = row
    return Option.some<TraceRecord>({
      traceId,
      revision: Number(revision),
      decision: decisionOf(row),
      completion: { state, reason },
      spans: decoded.success
    })
  })

  const search = Effect.fnUntraced(function*(query: TraceQuery) {
    const after = yield* pagePlace(query)
    const size = pageSize(query)
    const conditions = traceConditions(sql, query)
    const further = after === undefined
      ? conditions
      : [
        ...conditions,
        sql`(t.start_ns < ${bigintOf(after.start)} OR (t.start_ns = ${bigintOf(after.start)} AND t.trace_id > ${
          bytesOf(after.traceId)
        }))`
      ]
    const rows = yield* sql<
      SummaryRow
    >`SELECT t.trace_id, t.root_service, t.root_name, t.start_ns, t.duration_ns, t.span_count,
      t.error_count, t.services FROM perigee_traces t WHERE ${
      sql.and(further)
    } ORDER BY t.start_ns DESC, t.trace_id LIMIT ${size + 1}`
    const traces = rows.slice(0, size).map(summaryOf)
    const last = traces.at(-1)
    return { traces, next: last === undefined || rows.length <= size ? undefined : formatPage(last) }
  })

  const services = Effect.map(
    sql<{ service: string }>`SELECT DISTINCT service COLLATE "C" AS service FROM perigee_trace_operations ORDER BY 1`,
    (rows) => rows.map(({ service }) => service)
  )

  const operations = (service: string) =>
    sql<Operation>`SELECT name, kind FROM perigee_trace_operations WHERE service = ${
      textOf(service)
    } ORDER BY name COLLATE "C", kind COLLATE "C"`

  const serviceMetrics = Effect.fnUntraced(function*(service: string, { end, start }: TimeWindow) {
    const [row] = yield* sql<
      { count: bigint; errors: bigint; lengths: ReadonlyArray<bigint> | null }
    >`SELECT count(*) AS count,
      count(*) FILTER (WHERE error) AS errors, percentile_disc(ARRAY[0.5, 0.95, 0.99, 0.999]) WITHIN GROUP (ORDER BY duration_ns) AS lengths
      FROM perigee_spans WHERE entry AND service = ${textOf(service)} AND start_ns >= ${
      bigintOf(start)
    } AND start_ns < ${bigintOf(end)}`
    const [p50Nanos, p95Nanos, p99Nanos, p999Nanos] = row?.lengths ?? []
    return {
      service,
      count: Number(row?.count ?? 0),
      errors: Number(row?.errors ?? 0),
      p50Nanos,
      p95Nanos,
      p99Nanos,
      p999Nanos
    }
  })

  const decision = Effect.fnUntraced(function*(traceId: string) {
    if (!isTraceId(traceId)) return Option.none<TraceDecision>()
    const [row] = yield* sql<DecisionRow>`SELECT keep, threshold_high, threshold_low, policy, ruleset, decided_at, late
      FROM perigee_traces WHERE trace_id = ${bytesOf(traceId)}`
    return row === undefined ? Option.none<TraceDecision>() : Option.some(decisionOf(row))
  })

  const linkedFrom = Effect.fnUntraced(function*(traceId: string) {
    if (!isTraceId(traceId)) return []
    const rows = yield* sql<
      { trace_id: Uint8Array; span_id: Uint8Array; target_span: Uint8Array }
    >`SELECT trace_id, span_id, target_span
      FROM perigee_span_links WHERE target_trace = ${bytesOf(traceId)} ORDER BY trace_id, span_id LIMIT 100`
    return rows.map((row): BackLink => ({
      traceId: hexOf(row.trace_id),
      spanId: hexOf(row.span_id),
      targetSpanId: hexOf(row.target_span)
    }))
  })

  const stats = Effect.map(
    sql<
      { traces: bigint; spans: bigint; bytes: bigint }
    >`SELECT count(*) AS traces, coalesce(sum(span_count), 0)::bigint AS spans,
      coalesce(sum(bytes), 0)::bigint AS bytes FROM perigee_traces WHERE keep`,
    ([row]) => ({ traces: Number(row?.traces ?? 0), spans: Number(row?.spans ?? 0), bytes: Number(row?.bytes ?? 0) })
  )

  return {
    trace,
    search,
    services,
    operations,
    serviceMetrics,
    dependencies: ({ end, start }: TimeWindow) =>
      end <= start ? Effect.succeed([]) : callsIn(sql, hourOf(bigintOf(start)), hourOf(bigintOf(end - 1n))),
    decision,
    linkedFrom,
    stats
  }
}
