import { fromBinary, toBinary } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { ExportTraceServiceRequestSchema } from "../../../../src/domain/traces/otlp/proto/traceService_pb.ts"
import { regroupSpans } from "../../../../src/domain/traces/otlp/regroupSpans.ts"
import { spanAt } from "../../../../src/domain/traces/otlp/SpanColumns.ts"
import { SpanScanner } from "../../../../src/domain/traces/otlp/SpanScanner.ts"
import { randomRequest } from "../../../support/otlp/randomRequest.ts"
import { decodedRows } from "../../../support/otlp/scannedRows.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 }))

const scanner = new SpanScanner()

/** Everything that a span can be known by, its resource's and scope's schema URLs too. */
const spansOf = (bytes: Uint8Array) => {
  const request = fromBinary(ExportTraceServiceRequestSchema, bytes)
  const urls = request.resourceSpans.flatMap(({ schemaUrl, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((
        span
      ) => [schemaUrl, scope.schemaUrl, scope.scope?.name ?? "", Buffer.from(span.spanId).toString("hex")])
    )
  )
  return { ...decodedRows(request), urls }
}

describe("regroupSpans", () => {
  it.prop("one group holds all sound spans in order, several hold each span once", [Seed], ([seed]) => {
    const bytes = toBinary(ExportTraceServiceRequestSchema, randomRequest(seed))
    const whole = spansOf(bytes)
    const columns = Result.getOrThrow(scanner.scan(bytes))
    const [all] = regroupSpans(bytes, columns, 1, () => 0)
    const sound = spansOf(all ?? new Uint8Array(0))
    assert.deepStrictEqual(sound.spans, whole.spans)
    assert.strictEqual(sound.rejected, 0)
    if (whole.rejected === 0) assert.deepStrictEqual(sound.urls, whole.urls)

    const groupOf = (row: number): number => ((columns.words[row + spanAt.spanId] ?? 0) % 4) - 1
    const parts = regroupSpans(bytes, columns, 3, groupOf)
    const dealt = parts.flatMap((part, group) =>
      part === undefined ? [] : spansOf(part).spans.map((span) => ({ span, group }))
    )
    for (const { group, span } of dealt) {
      assert.strictEqual((Number.parseInt(span.spanId.slice(0, 8), 16) % 4) - 1, group)
    }
    const wanted = whole.spans.filter(({ spanId }) => Number.parseInt(spanId.slice(0, 8), 16) % 4 !== 0)
    assert.strictEqual(dealt.length, wanted.length)
    assert.deepStrictEqual(new Set(dealt.map(({ span }) => span.spanId)), new Set(wanted.map(({ spanId }) => spanId)))
  })
})
