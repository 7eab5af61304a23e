/** The cases of the public W3C Trace Context suite, driven as it does: through the test endpoint, on real sockets. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as Http from "node:http"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerTraceContextEndpoint, traceContextPath } from "../../support/traceContextEndpoint.ts"

const served = layerNodeServer(layerTraceContextEndpoint, { host: "127.0.0.1", port: 0 }).pipe(
  Layer.provide([NodeHttpClient.layerUndici, Logger.layer([])])
)

interface Received {
  /** All values of a header, as they were sent. */
  readonly header: (name: string) => ReadonlyArray<string>
  readonly body: string
}

const receiver = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly received: Array<Received>; readonly server: Http.Server }>(
    (resume) => {
      const received: Array<Received> = []
      const server = Http.createServer((request, response) => {
        let body = ""
        request.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk
        })
        request.on("end", () => {
          const { rawHeaders } = request
          received.push({
            header: (name) => rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name),
            body
          })
          response.end()
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/callback`, received, server }))
      })
    }
  ),
  ({ server }) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })
)

type Pairs = ReadonlyArray<readonly [name: string, value: string]>

/** Posts `calls` times one call with these headers, repeated ones as lines of their own. */
const drive = (headers: Pairs, calls = 1) =>
  Effect.gen(function*() {
    const { url } = yield* Endpoint
    const { received, url: callback } = yield* receiver
    const payload = JSON.stringify(Array.from({ length: calls }, (_, i) => ({ url: callback, arguments: [i] })))
    const status = yield* Effect.callback<number>((resume) => {
      const request = Http.request(`${url}${traceContextPath}`, { method: "POST" }, (response) => {
        response.resume().on("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
      })
      request.setHeader("content-type", "application/json")
      const names = new Set(headers.map(([name]) => name))
      for (const name of names) {
        request.setHeader(
          name,
          headers.filter(([key]) => key === name).map(([, value]) => value)
        )
      }
      request.end(payload)
    })
    assert.strictEqual(status, 200)
    assert.lengthOf(received, calls)
    return received.map((one) => {
      const parents = one.header("traceparent")
      assert.lengthOf(parents, 1)
      const [, traceId = "", spanId = "", flags = ""] =
        /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parents[0] ?? "") ?? []
      assert.notStrictEqual(spanId, "", `no traceparent: ${parents[0]}`)
      return { traceId, spanId, flags: Number.parseInt(flags, 16), state: one.header("tracestate"), body: one.body }
    })
  }).pipe(Effect.scoped, Effect.provide(served))

const id = "12345678901234567890123456789012"
const parent = "1234567890123456"
const valid = `00-${id}-${parent}-01`

/** What must begin a trace of its own, without the `tracestate` that came with it. */
const refused: ReadonlyArray<readonly [what: string, ...traceparents: ReadonlyArray<string>]> = [
  ["no traceparent"],
  ["two traceparents", `00-${id}-${parent}-01`, `00-${id}-${parent}-01`],
  ["two different traceparents", `00-${id}-${parent}-01`, `00-${"1".repeat(32)}-${parent}-01`],
  ["version ff", `ff-${id}-${parent}-01`],
  ["a version of one digit", `0-${id}-${parent}-01`],
  ["a version of three digits", `000-${id}-${parent}-01`],
  ["a version that is not hex", `.0-${id}-${parent}-01`],
  ["upper case", `00-${"ABCDEF".padEnd(32, "1")}-${parent}-01`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${parent}-01`],
  ["a trace id that is too long", `00-${id}0-${parent}-01`],
  ["a trace id that is too short", `00-${id.slice(1)}-${parent}-01`],
  ["a trace id with a character that is not hex", `00-${id.slice(1)}.-${parent}-01`],
  ["a parent of zeros", `00-${id}-${"0".repeat(16)}-01`],
  ["a parent that is too long", `00-${id}-${parent}0-01`],
  ["a parent with a character that is not hex", `00-${id}-${parent.slice(1)}.-01`],
  ["flags that are too long", `00-${id}-${parent}-001`],
  ["flags of one digit", `00-${id}-${parent}-1`],
  ["flags that are not hex", `00-${id}-${parent}-.0`],
  ["more behind the flags of version 00", `${valid}-what-the-future-will-be-like`],
  ["a dot behind the flags of version 00", `${valid}.`],
  ["no dashes", `00${id}${parent}01`]
]

describe("traceparent", () => {
  for (const [what, ...traceparents] of refused) {
    it.live(`${what}: a new trace, tracestate dropped`, () =>
      Effect.gen(function*() {
        const headers: Pairs = [
          ...traceparents.map((value) => ["traceparent", value] as const),
          ["tracestate", "foo=1"]
        ]
        const [sent] = yield* drive(headers)
        assert.notStrictEqual(sent?.traceId, id)
        assert.deepStrictEqual(sent?.state, [])
      }))
  }

  for (
    const [what, traceparent] of [
      ["a version that we do not know", `cc-${id}-${parent}-01`],
      ["a later version with more behind it", `cc-${id}-${parent}-01-what-the-future-will-be-like`],
      ["white space around it", ` ${valid}\t`]
    ] as const
  ) {
    it.live(`${what}: continued as version 00`, () =>
      Effect.gen(function*() {
        const [sent] = yield* drive([["traceparent", traceparent]])
        assert.isDefined(sent)
        assert.strictEqual(sent.traceId, id)
        assert.notStrictEqual(sent.spanId, parent)
        assert.strictEqual(sent.flags & 1, 1)
      }))
  }

  it.live("its name is not read by case", () =>
    Effect.gen(function*() {
      const [sent] = yield* drive([["TraceParent", valid]])
      assert.strictEqual(sent?.traceId, id)
    }))

  it.live("sampled and random are passed on, other flags are not", () =>
    Effect.gen(function*() {
      for (const [given, passed] of [["00", 0], ["01", 1], ["02", 2], ["03", 3], ["ff", 3], ["fc", 0]] as const) {
        const [sent] = yield* drive([["traceparent", `00-${id}-${parent}-${given}`]])
        assert.strictEqual(sent?.flags, passed, given)
      }
    }))

  it.live("each call has a parent of its own, in one trace, and its own arguments", () =>
    Effect.gen(function*() {
      const sent = yield* drive([["traceparent", valid]], 3)
      assert.deepStrictEqual(sent.map(({ traceId }) => traceId), [id, id, id])
      assert.strictEqual(new Set([...sent.map(({ spanId }) => spanId), parent]).size, 4)
      assert.deepStrictEqual(sent.map(({ body }) => body), ["[0]", "[1]", "[2]"])
    }))

  it.live("without a caller all calls of one request are in one new trace, and of two requests in two", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* drive([], 2), yield* drive([])]
      assert.strictEqual(new Set(first.map(({ traceId }) => traceId)).size, 1)
      assert.notStrictEqual(first[0]?.traceId, second[0]?.traceId)
    }))
})

describe("tracestate", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `bar${i}=${i}`).join(",")
  const kept: ReadonlyArray<readonly [what: string, lines: ReadonlyArray<string>, expected: string | undefined]> = [
    ["as it came", ["foo=1,bar=2"], "foo=1,bar=2"],
    ["several lines are one, in order", ["foo=1", "bar=2,rojo=3", "congo=4"], "foo=1,bar=2,rojo=3,congo=4"],
    ["white space around members", ["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"],
    ["empty members", ["foo=1,", "", ",bar=2"], "foo=1,bar=2"],
    ["32 members", [many(32)], many(32)],
    ["33 members", [many(33)], undefined],
    ["a key of 256", [`${"z".repeat(256)}=1`], `${"z".repeat(256)}=1`],
    ["a key of 257", [`${"z".repeat(257)}=1`], undefined],
    ["a key that begins with a digit", ["0foo=1"], "0foo=1"],
    ["a key with all it may have", ["a-_*/@0=1"], "a-_*/@0=1"],
    ["a key in upper case", ["foO=1"], undefined],
    ["a key with a space", ["foo =1"], undefined],
    ["a value with =", ["foo=bar=baz"], undefined],
    ["no value", ["foo"], undefined],
    ["an empty header", [""], undefined]
  ]
  for (const [what, lines, expected] of kept) {
    it.live(`${what}: ${expected === undefined ? "dropped, the trace goes on" : "passed on"}`, () =>
      Effect.gen(function*() {
        const [sent] = yield* drive([
          ["traceparent", `00-${id}-${parent}-00`],
          ...lines.map((line) => ["tracestate", line] as const)
        ])
        assert.isDefined(sent)
        assert.strictEqual(sent.traceId, id)
        assert.strictEqual(sent.state.length === 0 ? undefined : sent.state.join(","), expected)
      }))
  }

  it.live("is not looked at without a traceparent", () =>
    Effect.gen(function*() {
      const [sent] = yield* drive([["tracestate", "foo=1"]])
      assert.deepStrictEqual(sent?.state, [])
    }))
})

describe("the endpoint", () => {
  const post = (body: string) =>
    Effect.flatMap(Endpoint, ({ url }) =>
      Effect.promise(async () => {
        const response = await fetch(`${url}${traceContextPath}`, { method: "POST", body })
        return [response.status, response.headers.has("traceresponse")]
      })).pipe(Effect.provide(served))

  it.live("refuses what is no list of calls, and says when a call fails", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* post("{}"), [400, true])
      assert.deepStrictEqual(yield* post("not json"), [400, true])
      assert.deepStrictEqual(yield* post("[{\"url\":\"http://127.0.0.1:1/\",\"arguments\":[]}]"), [502, true])
    }))
})
