/** What is not as it should be: the right status, a body in the request's encoding, and a collector that goes on. */
import { fromBinary } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import { credentials, makeGenericClientConstructor, Metadata, type ServiceError } from "@grpc/grpc-js"
import { Effect, Exit, Layer, Scope } from "effect"
import { request as httpRequest } from "node:http"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { encodeSpans } from "../../../../src/domain/traces/otlp/encodeSpans.ts"
import { RetryInfoSchema, StatusSchema } from "../../../../src/domain/traces/otlp/proto/answers_pb.ts"
import { ExportTraceServiceResponseSchema } from "../../../../src/domain/traces/otlp/proto/traceService_pb.ts"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { CollectorEndpoints, DroppedTraces } from "../../../../src/layers/traces/collector/Collector.ts"
import { layerFailing } from "../../../support/failingLog.ts"
import { collectedSpans, layerCollector } from "../../../support/otlp/collector.ts"
import { Dice } from "../../../support/otlp/randomRequest.ts"
import { spanData } from "../../../support/spanData.ts"

const protobuf = "application/x-protobuf"
const json = "application/json"

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Uint8Array
}

const send = Effect.fnUntraced(function*(
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>,
  path = "/v1/traces",
  method = "POST"
) {
  const { http } = yield* CollectorEndpoints
  return yield* Effect.callback<Answer>((resume) => {
    const request = httpRequest(`${http}${path}`, { method, headers }, (response) => {
      const parts: Array<Uint8Array> = []
      response.on("data", (part: Uint8Array) => parts.push(part))
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts)
        })))
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(body)
  })
})

const scope = { name: "s", version: "", attributes: {} }
const good = encodeSpans({ "service.name": "a" }, scope, [spanData()])
const goodJson = (spans: ReadonlyArray<object>) =>
  JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans }] }] })
const traceId = "5B8EFFF798038103D269B633813FC60C"
const spanId = "EEE19B7EC3C1B174"

const texts = (answer: Answer) => new TextDecoder().decode(answer.body)

/** `google.rpc.Status` in the answer's own encoding. */
const statusOf = (answer: Answer) =>
  answer.headers["content-type"] === json
    ? JSON.parse(texts(answer))
    : fromBinary(StatusSchema, answer.body)

const refusal = Effect.fnUntraced(function*(
  status: number,
  code: number,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>
) {
  const answer = yield* send(body, headers)
  assert.strictEqual(answer.status, status, texts(answer))
  assert.strictEqual(answer.headers["content-type"], headers["content-type"] === protobuf ? protobuf : json)
  const told = statusOf(answer)
  assert.strictEqual(told.code, code)
  assert.isAbove(told.message.length, 10)
  return answer
})

const mebibytes = (count: number) => Buffer.alloc(count * 2 ** 20)

const grpcCall = Effect.fnUntraced(function*(bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}) {
  const { grpc } = yield* CollectorEndpoints
  const asIs = (value: Buffer): Buffer => value
  const Client = makeGenericClientConstructor({
    Export: {
      path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs
    }
  }, "TraceService")
  const client = new Client(grpc ?? "", credentials.createInsecure(), { "grpc.max_send_message_length": -1 })
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return yield* Effect.callback<{ readonly error: ServiceError | null; readonly body: Uint8Array | undefined }>(
    (resume) => {
      client.makeUnaryRequest(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        asIs,
        asIs,
        Buffer.from(bytes),
        metadata,
        (error, body) => {
          client.close()
          resume(Effect.succeed({ error, body }))
        }
      )
    }
  )
})

describe("collector", () => {
  it.effect("full success: an empty message, partial success unset, in the request's encoding", () =>
    Effect.gen(function*() {
      const binary = yield* send(good, { "content-type": protobuf })
      assert.deepStrictEqual([binary.status, binary.headers["content-type"], binary.body.length], [200, protobuf, 0])
      const text = yield* send(goodJson([{ traceId, spanId }]), { "content-type": `${json}; charset=utf-8` })
      assert.deepStrictEqual([text.status, text.headers["content-type"], texts(text)], [200, json, "{}"])
      const empty = yield* send("", { "content-type": protobuf })
      assert.strictEqual(empty.status, 200)
      for (const [encoding, pack] of [["gzip", gzipSync], ["zstd", zstdCompressSync], ["GZIP", gzipSync]] as const) {
        const packed = yield* send(pack(good), { "content-type": protobuf, "content-encoding": encoding })
        assert.strictEqual(packed.status, 200, encoding)
      }
      const plain = yield* send(good, { "content-type": protobuf, "content-encoding": "identity" })
      assert.strictEqual(plain.status, 200)
      assert.strictEqual((yield* collectedSpans).length, 6)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("what cannot be read is 400, another type or encoding 415, and the next request is answered", () =>
    Effect.gen(function*() {
      yield* refusal(400, 3, Uint8Array.of(10, 99, 1), { "content-type": protobuf })
      yield* refusal(400, 3, "{\"resourceSpans\": 5}", { "content-type": json })
      yield* refusal(400, 3, "{", { "content-type": json })
      yield* refusal(400, 3, "[".repeat(1_000_000), { "content-type": json })
      yield* refusal(400, 3, Uint8Array.of(0x7b, 0xff, 0x7d), { "content-type": json })
      yield* refusal(400, 3, "no gzip", { "content-type": protobuf, "content-encoding": "gzip" })
      yield* refusal(400, 3, gzipSync(good).subarray(0, 30), { "content-type": protobuf, "content-encoding": "gzip" })
      yield* refusal(400, 3, "no zstd", { "content-type": json, "content-encoding": "zstd" })
      yield* refusal(415, 3, good, { "content-type": "text/plain" })
      yield* refusal(415, 3, good, {})
      const other = yield* refusal(415, 3, good, { "content-type": protobuf, "content-encoding": "br" })
      assert.strictEqual(other.headers["accept-encoding"], "gzip, zstd, identity")
      assert.strictEqual((yield* send(good, { "content-type": protobuf }, "/v1/metrics")).status, 404)
      assert.strictEqual((yield* send("", { "content-type": protobuf }, "/v1/traces", "PUT")).status, 405)
      assert.strictEqual((yield* collectedSpans).length, 0)
      assert.strictEqual((yield* send(good, { "content-type": protobuf })).status, 200)
      assert.strictEqual((yield* collectedSpans).length, 1)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("over 64 MiB is 413, announced, streamed or once unpacked", () =>
    Effect.gen(function*() {
      yield* refusal(413, 3, mebibytes(65), { "content-type": protobuf })
      for (const pack of [gzipSync, zstdCompressSync]) {
        const bomb = pack(mebibytes(65))
        assert.isBelow(bomb.length, 100_000)
        const encoding = pack === gzipSync ? "gzip" : "zstd"
        yield* refusal(413, 3, bomb, { "content-type": protobuf, "content-encoding": encoding })
      }
      // As large as may be, though it is no OTLP.
      yield* refusal(400, 3, gzipSync(mebibytes(64)), { "content-type": protobuf, "content-encoding": "gzip" })
      assert.strictEqual((yield* send(good, { "content-type": protobuf })).status, 200)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("spans with bad ids are left out and told; upper case is taken; enums by number and name", () =>
    Effect.gen(function*() {
      const answer = yield* send(
        goodJson([
          { traceId, spanId, kind: 3, status: { code: 2 }, unknown: [1] },
          { traceId: "abcd", spanId },
          { traceId, spanId: "00".repeat(8) },
          { traceId, spanId: spanId.toLowerCase(), parentSpanId: "ab", kind: "SPAN_KIND_SERVER" },
          { traceId, spanId, kind: "SPAN_KIND_SERVER", status: { code: "STATUS_CODE_OK" } }
        ]),
        { "content-type": json }
      )
      assert.strictEqual(answer.status, 200)
      const { errorMessage, rejectedSpans } = JSON.parse(texts(answer)).partialSuccess
      assert.strictEqual(rejectedSpans, "3")
      assert.match(errorMessage, /trace id.*span id.*parent/)
      const spans = (yield* collectedSpans).map(({ span }) => [span.traceId, span.kind, span.status.code])
      const lower = traceId.toLowerCase()
      assert.deepStrictEqual(spans, [[lower, "client", "error"], [lower, "server", "ok"]])

      const bad = encodeSpans({}, scope, [spanData({ traceId: "12" }), spanData()])
      const binary = yield* send(bad, { "content-type": protobuf })
      assert.strictEqual(fromBinary(ExportTraceServiceResponseSchema, binary.body).partialSuccess?.rejectedSpans, 1n)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("attributes are cut and redacted before they are stored", () =>
    Effect.gen(function*() {
      const long = spanData({ attributes: { password: "geheim", long: "x".repeat(5000), kept: "y" } })
      const answer = yield* send(encodeSpans({}, scope, [long]), { "content-type": protobuf })
      assert.strictEqual(answer.status, 200)
      const [stored] = yield* collectedSpans
      assert.deepStrictEqual(stored?.span.attributes, { password: "[redacted]", long: "x".repeat(4096), kept: "y" })
    }).pipe(Effect.provide(layerCollector({ PERIGEE_OTLP_REDACT: "password, http.request.header.*" }))))

  it.effect("a request larger than a record of the log goes in several", () =>
    Effect.gen(function*() {
      // Random text, which zstd cannot shrink much.
      const dice = new Dice(1)
      const spans = Array.from({ length: 2000 }, () =>
        spanData({ attributes: { noise: Buffer.from(dice.bytes(1000)).toString("base64") } }))
      assert.strictEqual((yield* send(encodeSpans({}, scope, spans), { "content-type": protobuf })).status, 200)
      const stored = yield* collectedSpans
      assert.deepStrictEqual(
        stored.map(({ span }) =>
          span
        ),
        spans
      )
      const log = yield* MessageLog
      assert.isAbove((yield* log.offsets("spans"))[0]?.end ?? 0, 1)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("with partitions a trace stands in one of them, and no span is lost", () =>
    Effect.gen(function*() {
      const spans = Array.from({ length: 200 }, (_, i) =>
        spanData({ traceId: (1 + (i % 40)).toString(16).padStart(32, "a") }))
      assert.strictEqual((yield* send(encodeSpans({}, scope, spans), { "content-type": protobuf })).status, 200)
      const stored = yield* collectedSpans
      assert.deepStrictEqual(
        new Set(stored.map(({ span }) =>
          span.spanId
        )),
        new Set(spans.map(({ spanId }) => spanId))
      )
      assert.strictEqual(stored.length, spans.length)
      const partitions = new Map<string, Set<number>>()
      for (const { partition, span } of stored) {
        partitions.set(span.traceId, (partitions.get(span.traceId) ?? new Set()).add(partition))
      }
      for (const [trace, found] of partitions) assert.strictEqual(found.size, 1, trace)
      assert.isAbove(new Set(stored.map(({ partition }) => partition)).size, 3)
    }).pipe(Effect.provide(layerCollector({ PERIGEE_SPAN_PARTITIONS: "6" }))))

  it.effect("with API keys only their owners may send, over HTTP and gRPC", () =>
    Effect.gen(function*() {
      const refused = yield* refusal(401, 16, good, { "content-type": protobuf })
      assert.strictEqual(refused.headers["www-authenticate"], "Bearer")
      yield* refusal(401, 16, good, { "content-type": json, authorization: "Bearer nobody" })
      for (const headers of [{ authorization: "Bearer second" }, { "x-api-key": "first" }]) {
        assert.strictEqual((yield* send(good, { "content-type": protobuf, ...headers })).status, 200)
      }
      assert.strictEqual((yield* grpcCall(good)).error?.code, 16)
      assert.isNull((yield* grpcCall(good, { authorization: "Bearer first" })).error)
      assert.strictEqual((yield* collectedSpans).length, 3)
    }).pipe(Effect.provide(layerCollector({ PERIGEE_OTLP_API_KEYS: "first,second" }))))

  it.effect("a service above its rate is told when to come again; others are not held back", () =>
    Effect.gen(function*() {
      const of = (service: string, spans: number) =>
        encodeSpans({ "service.name": service }, scope, Array.from({ length: spans }, () => spanData()))
      assert.strictEqual((yield* send(of("loud", 20), { "content-type": protobuf })).status, 200)
      const refused = yield* refusal(429, 8, of("loud", 5), { "content-type": protobuf })
      assert.isAbove(Number(refused.headers["retry-after"]), 0)
      const status = fromBinary(StatusSchema, refused.body)
      assert.strictEqual(status.details[0]?.typeUrl, "type.googleapis.com/google.rpc.RetryInfo")
      assert.isDefined(fromBinary(RetryInfoSchema, status.details[0]?.value ?? new Uint8Array(0)).retryDelay)
      assert.strictEqual((yield* send(of("quiet", 5), { "content-type": protobuf })).status, 200)
      const { error } = yield* grpcCall(of("loud", 5))
      assert.strictEqual(error?.code, 8)
      const [details] = error?.metadata.get("grpc-status-details-bin") ?? []
      assert.isTrue(Buffer.isBuffer(details) && fromBinary(StatusSchema, details).details.length === 1)
      assert.strictEqual((yield* collectedSpans).length, 25)
    }).pipe(Effect.provide(layerCollector({ PERIGEE_OTLP_SERVICE_RATE: "2" }))))

  it.effect("a log that takes nothing is 503 with a time; nothing is said to be kept; then it goes on", () =>
    Effect.gen(function*() {
      const refused = yield* refusal(503, 14, good, { "content-type": protobuf })
      assert.strictEqual(refused.headers["retry-after"], "1")
      assert.strictEqual((yield* grpcCall(good)).error?.code, 14)
      assert.strictEqual((yield* send(good, { "content-type": protobuf })).status, 200)
      assert.strictEqual((yield* collectedSpans).length, 1)
    }).pipe(Effect.provide(layerCollector({}, layerFailing({ failures: 2, tried: [] })))))

  it.effect("gRPC: malformed is INVALID_ARGUMENT, partial success is told, too large is refused", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* grpcCall(Uint8Array.of(10, 99, 1))).error?.code, 3)
      const { body, error } = yield* grpcCall(encodeSpans({}, scope, [spanData({ spanId: "" }), spanData()]))
      assert.isNull(error)
      assert.strictEqual(
        fromBinary(ExportTraceServiceResponseSchema, body ?? new Uint8Array(0)).partialSuccess?.rejectedSpans,
        1n
      )
      assert.strictEqual((yield* grpcCall(mebibytes(65))).error?.code, 8)
      assert.isNull((yield* grpcCall(good)).error)
    }).pipe(Effect.provide(layerCollector())))

  it.effect("Zipkin: 202, 400 for what is none, short ids filled up", () =>
    Effect.gen(function*() {
      const zipkin = (body: unknown) => send(JSON.stringify(body), { "content-type": json }, "/api/v2/spans")
      const span = { traceId: "48485a3953bb6124", id: "1", kind: "CLIENT", name: "get", timestamp: 5, duration: 2 }
      assert.strictEqual((yield* zipkin([span])).status, 202)
      assert.strictEqual((yield* zipkin({})).status, 400)
      assert.strictEqual((yield* zipkin([{ id: "1" }])).status, 400)
      const [stored] = yield* collectedSpans
      assert.deepStrictEqual(
        [stored?.span.traceId, stored?.span.spanId, stored?.span.startTime, stored?.span.endTime],
        ["000000000000000048485a3953bb6124", "0000000000000001", 5000n, 7000n]
      )
    }).pipe(Effect.provide(layerCollector())))

  it.effect("a browser's page may send only from an origin that is known", () =>
    Effect.gen(function*() {
      const asked = (origin: string) =>
        send("", { origin, "access-control-request-method": "POST" }, "/v1/traces", "OPTIONS")
      assert.strictEqual(
        (yield* asked("https://a.example")).headers["access-control-allow-origin"],
        "https://a.example"
      )
      assert.isUndefined((yield* asked("https://evil.example")).headers["access-control-allow-origin"])
      const sent = yield* send(good, { "content-type": protobuf, origin: "https://b.example" })
      assert.deepStrictEqual([sent.status, sent.headers["access-control-allow-origin"]], [200, "https://b.example"])
    }).pipe(Effect.provide(layerCollector({ PERIGEE_OTLP_CORS_ORIGINS: "https://a.example,https://b.example" }))))

  it.effect("late spans of a trace that was decided against are not stored; without a decision all are", () => {
    const [kept, gone] = [spanData({ traceId: "1".repeat(32) }), spanData({ traceId: "2".repeat(32) })]
    const decided = Layer.succeed(DroppedTraces, { has: (words: Uint32Array, at: number) => words[at] === 0x22222222 })
    return Effect.gen(function*() {
      assert.strictEqual((yield* send(encodeSpans({}, scope, [gone, kept]), { "content-type": protobuf })).status, 200)
      assert.deepStrictEqual((yield* collectedSpans).map(({ span }) => span), [kept])
    }).pipe(Effect.provide(Layer.provide(layerCollector(), decided)))
  })

  it.effect("a port that is taken is a warning, and the other door stays open", () =>
    Effect.gen(function*() {
      const { http } = yield* CollectorEndpoints
      const taken = http?.split(":").at(-1) ?? ""
      const scope = yield* Scope.make()
      const second = yield* Layer.buildWithScope(Layer.fresh(layerCollector({ PERIGEE_OTLP_HTTP_PORT: taken })), scope)
        .pipe(
          Effect.flatMap((context) => Effect.provide(CollectorEndpoints, context))
        )
      assert.isUndefined(second.http)
      assert.isDefined(second.grpc)
      yield* Scope.close(scope, Exit.void)
    }).pipe(Effect.provide(layerCollector())))
})
