/**
 * Writes of traces in one transaction: what is new of their spans, their line in the results, decisions, and what is counted by hour.
 *
 * Writers of the same traces wait for each other, and never crosswise. A trace that is there already
 * is read back and summed up anew; that is the price of late spans, and only theirs.
 */
import { Array as Arrays, Effect, Result } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type EncodedSpan, makeSpanDecoder } from "../../../../domain/traces/otlp/decodeStored.ts"
import { isEntry } from "../../../../domain/traces/search/quantiles.ts"
import { summarizeTrace } from "../../../../domain/traces/search/summarizeTrace.ts"
import { serviceCalls } from "../../../../domain/traces/serviceCalls.ts"
import { serviceOfSpan, type StoredSpan } from "../../../../domain/traces/StoredSpan.ts"
import type { StoredTraceSummary } from "../../../../domain/traces/TraceQuery.ts"
import { attributeText } from "../../../../domain/tracing/attributeText.ts"
import { joinedWrites } from "../joinedWrites.ts"
import { bigintOf, bytesOf, contentHash, hexOf, resourceHash, tagHash, textOf } from "../storedValues.ts"
import { TraceStoreError, type TraceWrite } from "../TraceStore.ts"
import { callChanges, type Calls, changeCalls } from "./postgresCalls.ts"

/** Parameters of one statement are numbered by 16 bits. */
const rowsAtOnce = 2000

const inserted = (
  sql: SqlClient,
  into: string,
  rows: ReadonlyArray<object>,
  conflict: string
): Effect.Effect<void, SqlError> =>
  Effect.forEach(
    Arrays.chunksOf(rows.map((row): Record<string, unknown> => ({ ...row })), rowsAtOnce),
    (part) => sql`INSERT INTO ${sql(into)} ${sql.insert(part)} ${sql.literal(conflict)}`,
    { discard: true }
  )

/** A span with its bytes and what it is told apart by. */
interface Coming {
  readonly bytes: EncodedSpan
  readonly span: StoredSpan
  readonly content: string
}

const comingOf = (write: TraceWrite): Result.Result<ReadonlyArray<Coming>, TraceStoreError> => {
  const decode = makeSpanDecoder()
  return Result.all(write.parts.map((bytes) =>
    Result.mapBoth(decode(bytes), {
      onFailure: (cause) => new TraceStoreError({ reason: "Invalid", message: `no span: ${cause.message}`, cause }),
      onSuccess: (span): Coming => ({ bytes, span, content: hexOf(contentHash(bytes)) })
    })
  ))
}

interface Existing {
  readonly revision: bigint
  readonly keep: boolean
  readonly start: bigint
  readonly calls: Calls
  readonly bytes: bigint
  readonly spans: ReadonlyArray<StoredSpan>
  readonly contents: ReadonlySet<string>
}

interface TraceRow {
  readonly trace_id: Uint8Array
  readonly revision: bigint
  readonly keep: boolean
  readonly start_ns: bigint
  readonly calls: Calls
  readonly bytes: bigint
}

interface SpanRow {
  readonly trace_id: Uint8Array
  readonly content: Uint8Array
  readonly resource: Uint8Array
  readonly scope: Uint8Array
  readonly span: Uint8Array
}

/** A row that is not there yet cannot be locked: traces are, by one of 64 names, always in the same order. */
const lockBase = 7_346_000

/** Locks these traces, and reads what is there of them. */
const existing = Effect.fnUntraced(function*(sql: SqlClient, ids: ReadonlyArray<string>) {
  const keys = ids.map(bytesOf)
  const locks = Array.from(new Set(keys.map((key) => lockBase + ((key[15] ?? 0) & 63)))).sort((a, b) => a - b)
  for (const lock of locks) yield* sql`SELECT pg_advisory_xact_lock(${lock}::bigint)`
  const rows = yield* sql<TraceRow>`SELECT trace_id, revision, keep, start_ns, calls, bytes FROM perigee_traces
    WHERE trace_id = ANY(${keys}) ORDER BY trace_id FOR UPDATE`
  const found = new Map<string, Existing>()
  if (rows.length === 0) return found
  const spans = yield* sql<SpanRow>`SELECT s.trace_id, s.content, r.resource, r.scope, s.span FROM perigee_spans s
    JOIN perigee_trace_resources r ON r.hash = s.resource WHERE s.trace_id = ANY(${keys}) ORDER BY s.place`
  const decode = makeSpanDecoder()
  for (const { bytes, calls, keep, revision, start_ns, trace_id } of rows) {
    const id = hexOf(trace_id)
    const own = spans.filter((row) => hexOf(row.trace_id) === id)
    found.set(id, {
      bytes,
      calls,
      keep,
      revision,
      start: start_ns,
      spans: own.flatMap((row) => Result.match(decode(row), { onFailure: () => [], onSuccess: (span) => [span] })),
      contents: new Set(own.map(({ content }) => hexOf(content)))
    })
  }
  return found
})

const spanRow = ({ bytes, content, span }: Coming) => {
  const tags = new Set<bigint>()
  for (const attributes of [span.resource, span.attributes]) {
    for (const [key, value] of Object.entries(attributes)) tags.add(tagHash(key, attributeText(value)))
  }
  return {
    trace_id: bytesOf(span.traceId),
    content: bytesOf(content),
    resource: resourceHash(bytes),
    service: textOf(serviceOfSpan(span)),
    name: textOf(span.name),
    kind: span.kind,
    entry: isEntry(span),
    error: span.status.code === "error",
    start_ns: bigintOf(span.startTime),
    duration_ns: bigintOf(span.endTime > span.startTime ? span.endTime - span.startTime : 0n),
    tags: Array.from(tags),
    span: bytes.span
  }
}

const traceRow = (write: TraceWrite, summary: StoredTraceSummary | undefined, calls: Calls, bytes: bigint) => {
  const { completion, decision, revision, traceId } = write
  const decided = bigintOf(BigInt(Math.trunc(decision.decidedAt)) * 1_000_000n)
  const start = summary === undefined ? decided : bigintOf(summary.start)
  const duration = summary === undefined ? 0n : bigintOf(summary.durationNanos)
  return {
    trace_id: bytesOf(traceId),
    revision: BigInt(revision),
    keep: decision.keep,
    threshold_high: decision.threshold.high,
    threshold_low: BigInt(decision.threshold.low),
    policy: textOf(decision.policy),
    ruleset: textOf(decision.ruleset),
    decided_at: BigInt(Math.trunc(decision.decidedAt)),
    late: decision.late,
    state: completion.state,
    reason: completion.reason,
    root_service: textOf(summary?.rootService ?? ""),
    root_name: textOf(summary?.rootName ?? ""),
    start_ns: start,
    end_ns: bigintOf(start + duration),
    duration_ns: duration,
    span_count: summary?.spanCount ?? 0,
    error_count: summary?.errorCount ?? 0,
    services: (summary?.services ?? []).map(textOf),
    calls: JSON.stringify(calls),
    bytes
  }
}

/** What a later write changes: the decision only of a revision that is not less, what the spans say always. */
const upsert = (() => {
  const decided = [
    "revision",
    "threshold_high",
    "threshold_low",
    "policy",
    "ruleset",
    "decided_at",
    "late",
    "state",
    "reason"
  ]
  const summed = [
    "keep",
    "root_service",
    "root_name",
    "start_ns",
    "end_ns",
    "duration_ns",
    "span_count",
    "error_count",
    "services",
    "calls",
    "bytes"
  ]
  return `ON CONFLICT (trace_id) DO UPDATE SET ${
    [
      ...decided.map((name) =>
        `${name} = CASE WHEN excluded.revision >= perigee_traces.revision THEN excluded.${name} ELSE perigee_traces.${name} END`
      ),
      ...summed.map((name) => `${name} = excluded.${name}`)
    ].join(", ")
  }`
})()

/** To be run in a transaction. */
export const writeTraces = Effect.fnUntraced(function*(sql: SqlClient, writes: ReadonlyArray<TraceWrite>) {
  const traces: Array<readonly [TraceWrite, ReadonlyArray<Coming>]> = []
  for (const write of joinedWrites(writes).values()) traces.push([write, yield* Effect.fromResult(comingOf(write))])
  const held = yield* existing(sql, traces.map(([{ traceId }]) => traceId))
  const rows: Array<ReturnType<typeof traceRow>> = []
  const spans: Array<Coming> = []
  const changes = callChanges()
  for (const [write, coming] of traces) {
    const before = held.get(write.traceId)
    if (!write.decision.keep) {
      // A trace that is kept stays kept: its decision was made once.
      if (before?.keep !== true) rows.push(traceRow(write, undefined, [], 0n))
      continue
    }
    const contents = new Set(before?.contents)
    const fresh = coming.filter(({ content }) => !contents.has(content) && contents.add(content).size > 0)
    const all = [...(before?.spans ?? []), ...fresh.map(({ span }) => span)]
    const summary = summarizeTrace(all)
    if (summary === undefined) continue
    const calls = serviceCalls(all).map(({ calls, child, errors, parent }) => (
      { parent: textOf(parent), child: textOf(child), calls, errors }
    ))
    if (before !== undefined) changes.add(before.start, before.calls, -1)
    changes.add(bigintOf(summary.start), calls, 1)
    const bytes = fresh.reduce((sum, { bytes }) => sum + bytes.span.length, 0)
    rows.push(traceRow(write, summary, calls, (before?.bytes ?? 0n) + BigInt(bytes)))
    spans.push(...fresh)
  }
  yield* inserted(sql, "perigee_traces", rows, upsert)
  yield* inserted(
    sql,
    "perigee_trace_resources",
    resourceRows(spans),
    "ON CONFLICT (hash) DO UPDATE SET last_ns = GREATEST(excluded.last_ns, perigee_trace_resources.last_ns)"
  )
  yield* inserted(sql, "perigee_spans", spans.map(spanRow), "ON CONFLICT DO NOTHING")
  yield* inserted(sql, "perigee_span_links", linkRows(spans), "ON CONFLICT DO NOTHING")
  yield* inserted(
    sql,
    "perigee_trace_operations",
    operationRows(spans),
    "ON CONFLICT (service, name, kind) DO UPDATE SET last_ns = GREATEST(excluded.last_ns, perigee_trace_operations.last_ns)"
  )
  yield* changeCalls(sql, changes.all())
})

const isSpanId = (traceId: string, spanId: string): boolean => traceId.length === 32 && spanId.length === 16

const linkRows = (spans: ReadonlyArray<Coming>) =>
  spans.flatMap(({ span }) =>
    span.links.filter(({ spanId, traceId }) => isSpanId(traceId, spanId) && traceId !== span.traceId).map((link) => ({
      target_trace: bytesOf(link.traceId),
      target_span: bytesOf(link.spanId),
      trace_id: bytesOf(span.traceId),
      span_id: bytesOf(span.spanId)
    }))
  )

/** Of each key the row that ends last, in one order for all writers, who would lock each other out else. */
const latest = <Row extends { readonly last_ns: bigint }>(
  rows: Iterable<readonly [string, Row]>
): ReadonlyArray<Row> => {
  const found = new Map<string, Row>()
  for (const [key, row] of rows) {
    const held = found.get(key)
    if (held === undefined || row.last_ns > held.last_ns) found.set(key, row)
  }
  return Array.from(found.entries()).sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row)
}

const resourceRows = (spans: ReadonlyArray<Coming>) =>
  latest(spans.map(({ bytes, span }) => {
    const hash = resourceHash(bytes)
    const row = { hash, resource: bytes.resource, scope: bytes.scope, last_ns: bigintOf(span.endTime) }
    return [hexOf(hash), row] as const
  }))

const operationRows = (spans: ReadonlyArray<Coming>) =>
  latest(spans.map(({ span }) => {
    const [service, name] = [textOf(serviceOfSpan(span)), textOf(span.name)]
    return [JSON.stringify([service, name, span.kind]), {
      service,
      name,
      kind: span.kind,
      last_ns: bigintOf(span.endTime)
    }] as const
  }))
