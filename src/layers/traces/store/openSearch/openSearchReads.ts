/** Answers out of the index of traces. */
import { Effect, Option, Result, Schema } from "effect"
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
import type { TraceRecord } from "../../../../domain/traces/TraceRecord.ts"
import { unpackSpans } from "../packedSpans.ts"
import { pagePlace } from "../pagePlace.ts"
import { bigintOf } from "../storedValues.ts"
import { TraceStoreError } from "../TraceStore.ts"
import type { OpenSearchClient } from "./openSearchClient.ts"
import { decisionOf, tagText, TraceSource } from "./traceDocument.ts"

const summaryFields = [
  "traceId",
  "rootService",
  "rootName",
  "start",
  "duration",
  "spanCount",
  "errorCount",
  "services"
] as const
const Summary = Schema.Struct({
  traceId: Schema.String,
  rootService: Schema.String,
  rootName: Schema.String,
  start: Schema.String,
  duration: Schema.String,
  spanCount: Schema.Finite,
  errorCount: Schema.Finite,
  services: Schema.Array(Schema.String)
})

const hits = <A>(source: Schema.Codec<A, unknown>) =>
  Schema.Struct({ hits: Schema.Struct({ hits: Schema.Array(Schema.Struct({ _source: source })) }) })

const Summaries = hits(Summary)
const Documents = hits(TraceSource)
const Links = hits(Schema.Struct({ traceId: Schema.String, links: TraceSource.fields.links }))

const buckets = <A>(key: Schema.Codec<A, unknown>) =>
  Schema.Struct({
    aggregations: Schema.Struct({
      nested: Schema.Struct({
        filtered: Schema.Struct({
          found: Schema.Struct({
            after_key: Schema.optionalKey(key),
            buckets: Schema.Array(Schema.Struct({
              key,
              calls: Schema.optionalKey(Schema.Struct({ value: Schema.Finite })),
              errors: Schema.optionalKey(Schema.Struct({ value: Schema.Finite }))
            }))
          })
        })
      })
    })
  })

const Metrics = Schema.Struct({
  aggregations: Schema.Struct({
    nested: Schema.Struct({
      filtered: Schema.Struct({
        doc_count: Schema.Finite,
        errors: Schema.Struct({ doc_count: Schema.Finite }),
        lengths: Schema.Struct({
          values: Schema.Record(Schema.String, Schema.NullOr(Schema.Union([Schema.Finite, Schema.String])))
        })
      })
    })
  })
})

const Stats = Schema.Struct({
  aggregations: Schema.Struct({
    traces: Schema.Struct({ value: Schema.Finite }),
    spans: Schema.Struct({ value: Schema.Finite }),
    bytes: Schema.Struct({ value: Schema.Finite })
  })
})

const filter = (...conditions: ReadonlyArray<object>) => ({ bool: { filter: conditions } })
const range = (field: string, limits: Readonly<Record<string, bigint | undefined>>): ReadonlyArray<object> => {
  const given = Object.entries(limits).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(bigintOf(value))]]
  )
  return given.length === 0 ? [] : [{ range: { [field]: Object.fromEntries(given) } }]
}
const isKept = { term: { keep: true } }
const everything = { match_all: {} }

const conditionsOf = (query: TraceQuery): ReadonlyArray<object> => {
  const span = [
    ...(query.service === undefined ? [] : [{ term: { "spans.service": query.service } }]),
    ...(query.operation === undefined ? [] : [{ term: { "spans.name": query.operation } }]),
    ...(query.error === true ? [{ term: { "spans.error": true } }] : []),
    ...Object.entries(query.tags ?? {}).map(([key, text]) => ({ term: { "spans.tags": tagText(key, text) } }))
  ]
  return [
    isKept,
    ...range("start", { gte: query.start, lt: query.end }),
    ...range("duration", { gte: query.minDurationNanos, lte: query.maxDurationNanos }),
    ...(query.error === false ? [{ term: { errorCount: 0 } }] : []),
    ...(span.length === 0 ? [] : [{ nested: { path: "spans", query: filter(...span) } }])
  ]
}

const summaryOf = (source: typeof Summary.Type): StoredTraceSummary => ({
  traceId: source.traceId,
  rootService: source.rootService,
  rootName: source.rootName,
  start: BigInt(source.start),
  durationNanos: BigInt(source.duration),
  spanCount: source.spanCount,
  errorCount: source.errorCount,
  services: source.services
})

const order = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
const atOnce = 1000

export const makeOpenSearchReads = (client: OpenSearchClient, index: string) => {
  const search = `/${index}/_search`
  const bodyOf = (body: object) => client.json({ track_total_hits: false, ...body })

  const byId = Effect.fnUntraced(function*(traceId: string) {
    const found = yield* client.asked(
      Documents,
      "POST",
      search,
      bodyOf({
        query: filter({ term: { traceId } }),
        _source: { excludes: ["spans", "calls"] },
        size: 1
      })
    )
    return found.hits.hits[0]?._source
  })

  /** All values that there are, in pages, so that none is left out however many there are. */
  const composite = <A extends Record<string, string>>(
    key: Schema.Codec<A, unknown>,
    path: "spans" | "calls",
    names: ReadonlyArray<string>,
    options: { readonly traces: object; readonly of: object; readonly aggs?: object }
  ) =>
    Effect.gen(function*() {
      const schema = buckets(key)
      const found: Array<{ readonly key: A; readonly calls: number; readonly errors: number }> = []
      for (let after: A | undefined, more = true; more;) {
        const { aggregations } = yield* client.asked(
          schema,
          "POST",
          search,
          bodyOf({
            size: 0,
            query: options.traces,
            aggs: {
              nested: {
                nested: { path },
                aggs: {
                  filtered: {
                    filter: options.of,
                    aggs: {
                      found: {
                        composite: {
                          size: atOnce,
                          sources: names.map((name) => ({ [name]: { terms: { field: `${path}.${name}` } } })),
                          ...(after !== undefined && { after })
                        },
                        ...(options.aggs !== undefined && { aggs: options.aggs })
                      }
                    }
                  }
                }
              }
            }
          })
        )
        const { after_key, buckets: page } = aggregations.nested.filtered.found
        for (const { calls, errors, key } of page) {
          found.push({ key, calls: calls?.value ?? 0, errors: errors?.value ?? 0 })
        }
        after = after_key
        more = page.length === atOnce && after !== undefined
      }
      return found
    })

  return {
    trace: Effect.fnUntraced(function*(traceId: string) {
      const source = yield* byId(traceId)
      if (source === undefined || !source.keep) return Option.none<TraceRecord>()
      const spans = Result.all(unpackSpans(source.packed).map(makeSpanDecoder()))
      if (Result.isFailure(spans)) {
        return yield* new TraceStoreError({
          reason: "Corrupt",
          message: `trace ${traceId}: ${spans.failure.message}`,
          cause: spans.failure
        })
      }
      const { reason, revision, state } = source
      return Option.some<TraceRecord>({
        traceId,
        revision,
        decision: decisionOf(source),
        completion: { state, reason },
        spans: spans.success
      })
    }),

    search: Effect.fnUntraced(function*(query: TraceQuery) {
      const after = yield* pagePlace(query)
      const size = pageSize(query)
      const found = yield* client.asked(
        Summaries,
        "POST",
        search,
        bodyOf({
          query: filter(...conditionsOf(query)),
          sort: [{ start: "desc" }, { traceId: "asc" }],
          ...(after !== undefined && { search_after: [String(bigintOf(after.start)), after.traceId] }),
          _source: summaryFields,
          size: size + 1
        })
      )
      const traces = found.hits.hits.slice(0, size).map(({ _source }) => summaryOf(_source))
      const last = traces.at(-1)
      return { traces, next: last === undefined || found.hits.hits.length <= size ? undefined : formatPage(last) }
    }),

    services: Effect.map(
      composite(Schema.Struct({ service: Schema.String }), "spans", ["service"], {
        traces: filter(isKept),
        of: everything
      }),
      (found) => found.map(({ key }) => key.service).sort(order)
    ),

    operations: (service: string) =>
      Effect.map(
        composite(
          Schema.Struct({
            name: Schema.String,
            kind: Schema.Literals(["internal", "server", "client", "producer", "consumer"])
          }),
          "spans",
          ["name", "kind"],
          {
            traces: filter(isKept),
            of: { term: { "spans.service": service } }
          }
        ),
        (found): ReadonlyArray<Operation> =>
          found.map(({ key }) => key).sort((a, b) => order(a.name, b.name) || order(a.kind, b.kind))
      ),

    serviceMetrics: Effect.fnUntraced(function*(service: string, { end, start }: TimeWindow) {
      const { aggregations: { nested: { filtered } } } = yield* client.asked(
        Metrics,
        "POST",
        search,
        bodyOf({
          size: 0,
          query: filter(isKept),
          aggs: {
            nested: {
              nested: { path: "spans" },
              aggs: {
                filtered: {
                  filter: filter(
                    { term: { "spans.service": service } },
                    { term: { "spans.entry": true } },
                    ...range("spans.start", { gte: start, lt: end })
                  ),
                  aggs: {
                    errors: { filter: { term: { "spans.error": true } } },
                    lengths: {
                      percentiles: {
                        field: "spans.duration",
                        percents: [50, 95, 99, 99.9],
                        hdr: { number_of_significant_value_digits: 3 }
                      }
                    }
                  }
                }
              }
            }
          }
        })
      )
      const length = (percent: string): bigint | undefined => {
        const value = Number(filtered.lengths.values[percent] ?? Number.NaN)
        return filtered.doc_count === 0 || !Number.isFinite(value) ? undefined : BigInt(Math.round(value))
      }
      return {
        service,
        count: filtered.doc_count,
        errors: filtered.errors.doc_count,
        p50Nanos: length("50.0"),
        p95Nanos: length("95.0"),
        p99Nanos: length("99.0"),
        p999Nanos: length("99.9")
      }
    }),

    dependencies: ({ end, start }: TimeWindow) =>
      Effect.map(
        composite(Schema.Struct({ parent: Schema.String, child: Schema.String }), "calls", ["parent", "child"], {
          traces: filter(isKept, ...range("start", { gte: start, lt: end })),
          of: everything,
          aggs: { calls: { sum: { field: "calls.calls" } }, errors: { sum: { field: "calls.errors" } } }
        }),
        (found) =>
          found.map(({ calls, errors, key }) => ({ parent: key.parent, child: key.child, calls, errors })).sort((
            a,
            b
          ) => order(a.parent, b.parent) || order(a.child, b.child))
      ),

    decision: (traceId: string) =>
      Effect.map(byId(traceId), (source) => Option.map(Option.fromUndefinedOr(source), decisionOf)),

    linkedFrom: Effect.fnUntraced(function*(traceId: string) {
      const found = yield* client.asked(
        Links,
        "POST",
        search,
        bodyOf({
          query: filter(isKept, { term: { linkTargets: traceId } }),
          sort: [{ traceId: "asc" }],
          _source: ["traceId", "links"],
          size: 100
        })
      )
      return found.hits.hits.flatMap(({ _source }) =>
        _source.links.filter((link) => link.traceId === traceId).map(({ spanId, targetSpanId }): BackLink => ({
          traceId: _source.traceId,
          spanId,
          targetSpanId
        }))
      ).slice(0, 100)
    }),

    stats: Effect.map(
      client.asked(
        Stats,
        "POST",
        search,
        bodyOf({
          size: 0,
          query: filter(isKept),
          aggs: {
            traces: { value_count: { field: "traceId" } },
            spans: { sum: { field: "spanCount" } },
            bytes: { sum: { field: "bytes" } }
          }
        })
      ),
      ({ aggregations: { bytes, spans, traces } }) => ({ traces: traces.value, spans: spans.value, bytes: bytes.value })
    )
  }
}
