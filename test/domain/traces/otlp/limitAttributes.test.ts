import { create, toBinary } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { limitAttributes, redactedValue } from "../../../../src/domain/traces/otlp/limitAttributes.ts"
import type { AnyValue } from "../../../../src/domain/traces/otlp/proto/common_pb.ts"
import { ExportTraceServiceRequestSchema } from "../../../../src/domain/traces/otlp/proto/traceService_pb.ts"
import { SpanScanner } from "../../../../src/domain/traces/otlp/SpanScanner.ts"
import { watchedKeys } from "../../../../src/domain/traces/otlp/WatchedKeys.ts"

const text = (value: string) => ({ value: { case: "stringValue" as const, value } })
const limits = { attributes: 3, keyBytes: 8, valueBytes: 10 }

const requestOf = (
  attributes: ReadonlyArray<{ readonly key: string; readonly value: { readonly value: AnyValue["value"] } }>
) =>
  create(ExportTraceServiceRequestSchema, {
    resourceSpans: [{
      resource: { attributes: attributes.slice(0, 1) },
      scopeSpans: [{ scope: { attributes: attributes.slice(0, 1) }, spans: [{ attributes: [...attributes] }] }]
    }]
  })

const spanOf = (request: ReturnType<typeof requestOf>) => request.resourceSpans[0]?.scopeSpans[0]?.spans[0]

describe("limitAttributes", () => {
  it("cuts at the last whole character, keeps the first attributes, and counts what it touched", () => {
    const request = requestOf([
      { key: "ééééé", value: text("0123456789") },
      { key: "b", value: text("012345678é") },
      { key: "c", value: { value: { case: "bytesValue", value: new Uint8Array(11) } } },
      { key: "d", value: text("") }
    ])
    const counts = limitAttributes(request, limits, watchedKeys([]))
    const span = spanOf(request)
    assert.deepStrictEqual(span?.attributes.map(({ key }) => key), ["éééé", "b", "c"])
    assert.deepStrictEqual(span?.attributes.map(({ value }) => value?.value.value), [
      "0123456789",
      "012345678",
      new Uint8Array(10)
    ])
    assert.strictEqual(span?.droppedAttributesCount, 1)
    // Three attributes and the dropped one of the span, one of the resource, one of the scope: the same objects, cut once.
    assert.strictEqual(counts.truncated, 6)
  })

  it("at the limit nothing is touched; a scan tells the same", () => {
    const request = requestOf([
      { key: "12345678", value: text("0123456789") },
      { key: "b", value: { value: { case: "intValue", value: 2n ** 60n } } },
      { key: "c", value: { value: { case: "doubleValue", value: 0.5 } } }
    ])
    const bytes = toBinary(ExportTraceServiceRequestSchema, request)
    const columns = Result.getOrThrow(new SpanScanner().scan(bytes))
    assert.deepStrictEqual([columns.mostAttributes, columns.longestKey, columns.longestValue], [3, 8, 10])
    assert.deepStrictEqual(limitAttributes(request, limits, watchedKeys([])), { truncated: 0, redacted: 0 })
    assert.deepStrictEqual(toBinary(ExportTraceServiceRequestSchema, request), bytes)
  })

  it("an array keeps its first elements", () => {
    const values = ["a", "b", "c"].map(text)
    const request = requestOf([{
      key: "l",
      value: {
        value: create(ExportTraceServiceRequestSchema, {
          resourceSpans: [{
            resource: { attributes: [{ key: "l", value: { value: { case: "arrayValue", value: { values } } } }] }
          }]
        }).resourceSpans[0]?.resource?.attributes[0]?.value?.value ?? { case: undefined }
      }
    }])
    assert.isAbove(limitAttributes(request, limits, watchedKeys([])).truncated, 0)
    const cut = spanOf(request)?.attributes[0]?.value?.value
    assert.isTrue(cut?.case === "arrayValue" && cut.value.values.length < 3)
  })

  it("redacts exact keys and prefixes, wherever they stand", () => {
    const keys = watchedKeys(["password", "http.request.header.*"])
    const inner = create(ExportTraceServiceRequestSchema, {
      resourceSpans: [{
        resource: {
          attributes: [{
            key: "form",
            value: { value: { case: "kvlistValue", value: { values: [{ key: "password", value: text("geheim") }] } } }
          }]
        },
        scopeSpans: [{
          spans: [{
            attributes: [
              { key: "http.request.header.cookie", value: { value: { case: "intValue", value: 5n } } },
              { key: "passwords", value: text("kept") }
            ],
            events: [{ attributes: [{ key: "password", value: text("geheim") }] }],
            links: [{ attributes: [{ key: "password", value: text("geheim") }] }]
          }]
        }]
      }]
    })
    const wide = { attributes: 128, keyBytes: 256, valueBytes: 4096 }
    assert.deepStrictEqual(limitAttributes(inner, wide, keys), { truncated: 0, redacted: 4 })
    const bytes = Buffer.from(toBinary(ExportTraceServiceRequestSchema, inner))
    assert.isFalse(bytes.includes("geheim"))
    assert.isTrue(bytes.includes("kept"))
    assert.strictEqual(bytes.toString("latin1").split(redactedValue).length - 1, 4)
  })
})
