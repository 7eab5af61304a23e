import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decodeResource, decodeScope, decodeSpan, toSpanData } from "../../../../src/domain/traces/otlp/decodeSpan.ts"
import type { OtlpMalformedReason } from "../../../../src/domain/traces/otlp/OtlpMalformed.ts"
import {
  ExportTraceServiceRequestSchema as RequestSchema
} from "../../../../src/domain/traces/otlp/proto/traceService_pb.ts"
import {
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  spanStride
} from "../../../../src/domain/traces/otlp/SpanColumns.ts"
import { SpanScanner } from "../../../../src/domain/traces/otlp/SpanScanner.ts"
import { Dice, randomRequest } from "../../../support/otlp/randomRequest.ts"
import { decodedRows, scanned } from "../../../support/otlp/scannedRows.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 }))

const scanner = new SpanScanner({ attributes: true })

/** At an odd place of a larger buffer, whose other bytes no scan may see. */
const within = (bytes: Uint8Array): Uint8Array => {
  const larger = new Uint8Array(bytes.length + 30).fill(0xff)
  larger.set(bytes, 13)
  return larger.subarray(13, 13 + bytes.length)
}

const library = (bytes: Uint8Array) => Result.try(() => fromBinary(RequestSchema, bytes))

/** If the scanner takes the bytes, so does the library, and they read the same. Gives what the scanner said. */
const agrees = (bytes: Uint8Array): "taken" | "split" | OtlpMalformedReason => {
  const found = scanner.scan(within(bytes))
  if (Result.isFailure(found)) {
    assert.isTrue(found.failure.offset >= 0 && found.failure.offset <= bytes.length)
    return found.failure.reason
  }
  const decoded = library(bytes)
  if (Result.isFailure(decoded)) assert.fail(`the library refuses: ${String(decoded.failure)}`)
  if (found.success.split) return "split"
  assert.deepStrictEqual(scanned(bytes, found.success), decodedRows(decoded.success))
  return "taken"
}

/** Bytes in which something is not as it was. */
const mutated = (bytes: Uint8Array, dice: Dice): Uint8Array => {
  const at = dice.roll(bytes.length)
  const copy = Uint8Array.from(bytes)
  switch (dice.roll(5)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      copy[at] = dice.roll(256)
      return copy
    case 2:
      copy[at] = (copy[at] ?? 0) ^ (1 << dice.roll(8))
      return copy
    case 3:
      return Uint8Array.from([...copy.subarray(0, at), ...dice.bytes(1 + dice.roll(4)), ...copy.subarray(at)])
    default:
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + 1 + dice.roll(4))])
  }
}

const refused = (...bytes: ReadonlyArray<number>): string | undefined => {
  const found = scanner.scan(within(Uint8Array.from(bytes)))
  return Result.isFailure(found) ? `${found.failure.reason} ${found.failure.offset}` : undefined
}

const field = (number: number, content: ReadonlyArray<number>): ReadonlyArray<number> => [
  number * 8 + 2,
  ...(content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7]),
  ...content
]

const spanOf = (content: ReadonlyArray<number>) => field(1, field(2, field(2, content)))

describe("SpanScanner", () => {
  it.prop("finds in a valid request what the library decodes", [Seed], ([seed]) => {
    assert.strictEqual(agrees(toBinary(RequestSchema, randomRequest(seed))), "taken")
  }, { arbitrary: { runs: 300 } })

  it("takes nothing that the library refuses, and reads alike what both take, of 6,000 damaged requests", () => {
    const said = new Map<string, number>()
    for (let seed = 0; seed < 6000; seed++) {
      const bytes = toBinary(RequestSchema, randomRequest(seed % 500))
      if (bytes.length === 0) continue
      const dice = new Dice(seed)
      const answer = agrees(mutated(bytes, dice))
      said.set(answer, (said.get(answer) ?? 0) + 1)
    }
    // The damage reaches all that can be wrong but what needs more than a few bytes.
    for (const answer of ["taken", "Truncated", "Tag", "WireType", "Utf8"]) {
      assert.isAbove(said.get(answer) ?? 0, 100, answer)
    }
  })

  it("gives the bytes of each span, resource and scope", () => {
    for (let seed = 0; seed < 100; seed++) {
      const request = randomRequest(seed)
      const bytes = toBinary(RequestSchema, request)
      const columns = Result.getOrThrow(scanner.scan(bytes))
      const rejected = new Set(columns.rejected.map(({ from }) => from))
      assert.strictEqual(rejected.size, columns.rejected.length)
      const sound = request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ resource, scope, span: toSpanData(span) })))
      ).filter(({ span }) =>
        /^(?!0+$).{32}$/.test(span.traceId) && /^(?!0+$).{16}$/.test(span.spanId)
        && (span.parentSpanId === undefined || span.parentSpanId.length === 16)
      )
      for (const [i, { resource, scope, span }] of sound.entries()) {
        const word = (at: number): number => columns.words[i * spanStride + at] ?? -1
        const part = (words: Uint32Array, at: number) => bytes.subarray(words[at], words[at + 1])
        assert.deepStrictEqual(
          Result.getOrThrow(decodeSpan(bytes.subarray(word(spanAt.from), word(spanAt.to)))),
          span
        )
        const inResource = part(columns.resourceWords, word(spanAt.resource) * resourceStride + resourceAt.from)
        const names = Object.keys(Result.getOrThrow(decodeResource(inResource)))
        assert.deepStrictEqual(names, [...new Set(resource?.attributes.map(({ key }) => key))])
        const inScope = Result.getOrThrow(
          decodeScope(part(columns.scopeWords, word(spanAt.scope) * scopeStride + scopeAt.from))
        )
        assert.strictEqual(inScope.name, scope?.name ?? "")
      }
    }
  })

  it("a request of nothing has no spans", () => {
    assert.strictEqual(Result.getOrThrow(scanner.scan(new Uint8Array(0))).count, 0)
  })

  it("tells what is wrong, and where", () => {
    assert.strictEqual(refused(10), "Truncated 1")
    assert.strictEqual(refused(10, 5, 0), "Truncated 2")
    assert.strictEqual(refused(10, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 1), "Varint 1")
    assert.strictEqual(refused(0), "Tag 0")
    assert.strictEqual(refused(7), "Tag 0")
    assert.strictEqual(refused(15, 0), "WireType 1")
    assert.strictEqual(refused(8, 1), "WireType 1")
    assert.strictEqual(refused(12), "WireType 1")
    assert.strictEqual(refused(0xa4, 6), "Tag 2")
    assert.strictEqual(refused(...spanOf(field(5, [0xff]))), "Utf8 8")
    assert.strictEqual(refused(...spanOf(field(5, [0xc3]))), "Utf8 8")
    // Half of a surrogate pair, and a character in more bytes than it needs.
    assert.strictEqual(refused(...spanOf(field(5, [0x61, 0xed, 0xa0, 0x80]))), "Utf8 8")
    assert.strictEqual(refused(...spanOf(field(5, [0xc0, 0x80]))), "Utf8 8")
    // A nested message that ends after its parent, which the library lets pass.
    assert.strictEqual(refused(10, 2, 18, 4, 0, 0, 0, 0), "Truncated 4")
  })

  it("passes over unknown fields and groups, nested up to a depth", () => {
    const group = (depth: number): ReadonlyArray<number> => depth === 0 ? [] : [0xa3, 6, ...group(depth - 1), 0xa4, 6]
    const unknown = [0xa0, 6, 1, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 1, 9, 0xa5, 6, 1, 2, 3, 4, ...group(3)]
    const ids = [...field(1, Array.from({ length: 16 }, () => 7)), ...field(2, [1, 2, 3, 4, 5, 6, 7, 8])]
    assert.strictEqual(agrees(Uint8Array.from([...unknown, ...spanOf([...unknown, ...ids, ...unknown])])), "taken")
    assert.strictEqual(refused(...group(100)), undefined)
    assert.strictEqual(refused(...group(101)), "Depth 202")
    assert.strictEqual(refused(0xa3, 6, 0xac, 6), "Tag 4")
  })

  it("nests values as deep as the library does, and no deeper", () => {
    const nested = (depth: number): Uint8Array => {
      let value: ReadonlyArray<number> = field(1, [])
      for (let i = 0; i < depth; i++) value = field(5, field(1, value))
      return Uint8Array.from(spanOf(field(9, field(2, value))))
    }
    for (let depth = 40; depth < 55; depth++) {
      const bytes = nested(depth)
      assert.strictEqual(
        Result.isSuccess(scanner.scan(bytes)),
        Result.isSuccess(library(bytes)),
        `depth ${depth}`
      )
    }
    assert.isTrue(Result.isSuccess(scanner.scan(nested(40))))
    assert.isTrue(Result.isFailure(scanner.scan(nested(54))))
  })

  it("tells of messages in two parts, which its places cannot", () => {
    const twice = [...field(1, field(1, [])), ...field(1, [...field(1, field(1, [])), ...field(1, field(1, []))])]
    assert.isTrue(Result.getOrThrow(scanner.scan(Uint8Array.from(twice))).split)
    assert.isFalse(Result.getOrThrow(scanner.scan(new Uint8Array(0))).split)
  })

  it("measures attributes against limits, and counts watched keys", () => {
    const watching = new SpanScanner({ watch: ["password", "http.request.header.*"] })
    const attributes = ["password", "passwords", "http.request.header.cookie", "http.request.header", "é"].map((
      key
    ) => ({
      key,
      value: { value: { case: "stringValue" as const, value: "v".repeat(key.length * 2) } }
    }))
    const nested = { value: { case: "kvlistValue" as const, value: { values: attributes.slice(0, 1) } } }
    const request = create(RequestSchema, {
      resourceSpans: [{
        resource: { attributes: attributes.slice(0, 1) },
        scopeSpans: [{ spans: [{ attributes, links: [{ attributes: [{ key: "k", value: nested }] }] }] }]
      }]
    })
    const columns = Result.getOrThrow(watching.scan(toBinary(RequestSchema, request)))
    assert.deepStrictEqual(
      [columns.mostAttributes, columns.longestKey, columns.longestValue, columns.watched, columns.attributes],
      [5, 26, 52, 4, 0]
    )
  })

  it("refuses more spans than its columns may hold", () => {
    const many = (count: number) => {
      const ids = [...field(1, Array.from({ length: 16 }, () => 7)), ...field(2, [1, 2, 3, 4, 5, 6, 7, 8])]
      return toBinary(
        RequestSchema,
        fromBinary(RequestSchema, Uint8Array.from(Array.from({ length: count }, () => spanOf(ids)).flat()))
      )
    }
    const small = new SpanScanner({ maxSpans: 20_000 })
    assert.strictEqual(Result.getOrThrow(small.scan(many(20_000))).count, 20_000)
    const over = small.scan(many(20_001))
    assert.isTrue(Result.isFailure(over) && over.failure.reason === "TooManySpans")
    assert.strictEqual(Result.getOrThrow(small.scan(many(1))).count, 1)
  })
})
