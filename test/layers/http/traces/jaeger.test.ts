/** Jaeger's query APIs, held against what a Jaeger answered for the same spans. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { fixtureWrites, jaegerData, recordedAnswer } from "../../../support/traces/jaegerFixture.ts"
import { getJson, traceServer } from "../../../support/traces/traceServer.ts"

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

const byKey = (a: Json, b: Json): number => a.key < b.key ? -1 : 1

/** Bytes come back as text: plain attributes have no bytes. */
const plainTag = ({ key, type, value }: Json) => ({ key, type: type === "binary" ? "string" : type, value })

/** A trace of the first API without what is told on purpose: numbers of processes, order, warnings. */
const plainV1 = (trace: Json) => ({
  traceID: trace.traceID,
  spans: trace.spans.map((span: Json) => {
    const { processID, tags, warnings: _, ...rest } = span
    const process = trace.processes[processID]
    return {
      ...rest,
      tags: tags.map(plainTag),
      process: { ...process, tags: process.tags.toSorted(byKey) }
    }
  }).toSorted((a: Json, b: Json) => a.spanID < b.spanID ? -1 : 1)
})

const textOf = (value: Json): Json => {
  if (value.arrayValue !== undefined) {
    return { stringValue: JSON.stringify(value.arrayValue.values.map((v: Json) => v.stringValue)) }
  }
  if (value.bytesValue !== undefined) return { stringValue: value.bytesValue }
  return value.intValue === undefined ? value : { intValue: String(value.intValue) }
}

const plainAttributes = (attributes: Json = []) =>
  attributes.map(({ key, value }: Json) => ({ key, value: textOf(value) }))
    .filter(({ key }: Json) => key !== "opentracing.ref_type" && key !== "link.kind" && key !== "@jaeger@warnings")
    .toSorted(byKey)

/** OTLP's JSON in one form: what is empty may be left out, a whole number may be a text. What Jaeger loses of links and scopes is left out. */
const plainV3 = ({ resourceSpans }: Json) =>
  resourceSpans.flatMap(({ resource, scopeSpans }: Json) =>
    scopeSpans.flatMap(({ scope, spans }: Json) =>
      spans.map((span: Json) => ({
        resource: plainAttributes(resource.attributes),
        scope: [scope.name, scope.version],
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        traceState: span.traceState,
        name: span.name,
        kind: span.kind,
        start: span.startTimeUnixNano,
        end: span.endTimeUnixNano,
        attributes: plainAttributes(span.attributes),
        events: (span.events ?? []).map((event: Json) => ({
          name: event.name,
          time: event.timeUnixNano,
          attributes: plainAttributes(event.attributes)
        })),
        links: (span.links ?? []).map(({ spanId, traceId }: Json) => ({ traceId, spanId })),
        status: { code: span.status.code ?? 0, message: span.status.message ?? "" }
      }))
    )
  ).toSorted((a: Json, b: Json) => a.spanId < b.spanId ? -1 : 1)

const withRaw = (path: string, raw: string): string => `${path}${path.includes("?") ? "&" : "?"}${raw}`

describe.skipIf(jaegerData === undefined)("what reads Jaeger reads Perigee", () => {
  const directory = jaegerData ?? ""
  const test = (name: string, body: Effect.Effect<void, unknown, Effect.Services<ReturnType<typeof getJson>>>) =>
    it.live(name, () =>
      Effect.gen(function*() {
        yield* TraceStore.use((store) => store.write(fixtureWrites(directory)))
        yield* body
      }).pipe(Effect.provide(traceServer)))

  const asked = Effect.fnUntraced(function*(name: string, raw = "") {
    const recorded = recordedAnswer(directory, name)
    const answer = yield* getJson(raw === "" ? recorded.path : withRaw(recorded.path, raw))
    assert.strictEqual(answer.status, recorded.status, name)
    assert.match(answer.type, /^application\/json/, name)
    const [told, meant]: [Json, Json] = [answer.body, recorded.body]
    return { told, meant }
  })

  for (
    const name of [
      "v1-services",
      "v1-operations-of-service",
      "v3-services",
      "v1-trace-notfound",
      "v3-trace-notfound",
      "v3-traces-search-none",
      "v3-traces-search-notime"
    ]
  ) {
    test(
      `${name}: the same answer`,
      Effect.gen(function*() {
        const { meant, told } = yield* asked(name)
        assert.deepStrictEqual(told, meant)
      })
    )
  }

  for (const name of ["v1-trace", "v1-traces-search", "v1-traces-search-tag"]) {
    test(
      `${name}: the same spans`,
      Effect.gen(function*() {
        const { meant, told } = yield* asked(name, "raw=true")
        const { data: [expected], ...around } = meant
        const { data, ...ours } = told
        assert.deepStrictEqual(ours, around)
        assert.strictEqual(data.length, 1)
        assert.deepStrictEqual(plainV1(data[0]), plainV1(expected))
      })
    )
  }

  for (
    const [name, raw] of [["v3-trace", "raw_traces=true"], ["v3-trace-raw", ""], [
      "v3-traces-search",
      "query.raw_traces=true"
    ], ["v3-traces-search-duration", "query.raw_traces=true"]] as const
  ) {
    test(
      `${name}: the same spans`,
      Effect.gen(function*() {
        const { meant, told } = yield* asked(name, raw)
        // What Jaeger adjusts has its events in no order.
        const inOrder = (spans: Json) =>
          spans.map((span: Json) => ({
            ...span,
            events: span.events.toSorted((a: Json, b: Json) => a.time < b.time ? -1 : 1)
          }))
        const expected = plainV3(meant.result)
        assert.deepStrictEqual(inOrder(plainV3(told.result)), inOrder(expected))
      })
    )
  }

  test(
    "a malformed id is refused as there",
    Effect.gen(function*() {
      for (const name of ["v1-trace-badid", "v3-trace-badid"]) yield* asked(name)
    })
  )

  test(
    "dependencies: the same calls, in an order",
    Effect.gen(function*() {
      const { meant, told } = yield* asked("v1-dependencies")
      assert.sameDeepMembers(told.data, meant.data)
    })
  )

  test(
    "operations know their kind, and are asked for by it",
    Effect.gen(function*() {
      const names = (json: Json) => json.map(({ name }: Json) => name)
      const first = yield* asked("v1-operations")
      assert.deepStrictEqual(names(first.told.data), names(first.meant.data))
      const all = yield* asked("v3-operations")
      assert.deepStrictEqual(names(all.told.operations), names(all.meant.operations))
      const { told } = yield* asked("v3-operations-kind")
      assert.deepStrictEqual(told.operations, [{ name: "GET /checkout", spanKind: "server" }])
    })
  )

  test(
    "clock skew is corrected by as much as Jaeger calculates, where it is not asked to leave it",
    Effect.gen(function*() {
      const { told } = yield* asked("v1-trace")
      const spans: ReadonlyArray<Json> = told.data[0].spans
      const pay = spans.find(({ operationName }) => operationName === "POST /pay")
      assert.strictEqual(pay.startTime, 1_795_255_200_015_000)
      assert.deepStrictEqual(pay.warnings, ["clock skew: moved by 500ms"])
      assert.strictEqual(
        spans.filter(({ warnings }) => warnings?.some((warning: string) => warning.startsWith("clock skew")) === true)
          .length,
        2
      )
    })
  )

  test(
    "error=false finds the traces without one",
    Effect.gen(function*() {
      const { body }: { body: Json } = yield* getJson(
        `/api/traces?tags=${encodeURIComponent(`{"error":"false"}`)}&start=1795251600000000&end=1795258800000000`
      )
      assert.deepStrictEqual(body.data.map(({ traceID }: Json) => traceID), ["1112131415161718"])
    })
  )

  test(
    "what cannot be read is a 400 with its name, and never a page",
    Effect.gen(function*() {
      for (
        const [path, name] of [
          ["/api/traces?tags=nonsense", "tags"],
          ["/api/traces?start=yesterday", "start"],
          ["/api/traces?limit=-1", "limit"],
          ["/api/v3/traces?query.start_time_min=x&query.start_time_max=2026-11-21T09:00:00Z", "query.start_time_min"],
          ["/api/dependencies?endTs=now", "endTs"]
        ] as const
      ) {
        const { body, status, type } = yield* getJson(path)
        assert.strictEqual(status, 400, path)
        assert.match(type, /^application\/json/)
        assert.include(JSON.stringify(body), name)
      }
      for (const path of ["/api/nothing", "/api/v3/nothing"]) assert.strictEqual((yield* getJson(path)).status, 404)
    })
  )
})
