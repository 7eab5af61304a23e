/** `perigee trace` against a running instance over HTTP, and on the files of a data directory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { trace } from "../../src/commands/trace.ts"
import { coloured, plain, waterfall } from "../../src/commands/trace/waterfall.ts"
import { DecisionJson, TraceDiffJson, TraceJson, TracePageJson } from "../../src/domain/api/traceAnswers.ts"
import { traceJson } from "../../src/domain/traces/answers/traceJson.ts"
import { assembleTrace } from "../../src/domain/traces/assembly/assembleTrace.ts"
import type { StoredSpan } from "../../src/domain/traces/StoredSpan.ts"
import { Endpoint } from "../../src/layers/http/Endpoint.ts"
import { SqliteTraceStore } from "../../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceStore } from "../../src/layers/traces/store/TraceStore.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"
import { kept, millisecond, noon, spanIdOf, storedSpan, traceIdOf, traceWrite } from "../support/traces/storedSpans.ts"
import { traceServer, traceServerWith } from "../support/traces/traceServer.ts"

const run = runner(trace)

/** A request that leaves work in a queue, where it waits and then fails. */
const order = (n: number, late = 0): ReadonlyArray<StoredSpan> => {
  const at = (millis: number) => noon + BigInt(millis) * millisecond
  const common = { traceId: traceIdOf(n), host: "a" }
  return [
    storedSpan({
      ...common,
      spanId: spanIdOf(1),
      service: "shop",
      name: "POST /order",
      kind: "server",
      startTime: at(0),
      endTime: at(100)
    }),
    storedSpan({
      ...common,
      spanId: spanIdOf(2),
      parentSpanId: spanIdOf(1),
      service: "shop",
      name: "send",
      kind: "producer",
      startTime: at(90),
      endTime: at(100)
    }),
    storedSpan({
      ...common,
      spanId: spanIdOf(3),
      parentSpanId: spanIdOf(2),
      service: "till",
      name: "book",
      kind: "consumer",
      startTime: at(300 + late),
      endTime: at(400 + late),
      status: { code: "error", message: "no money" }
    }),
    storedSpan({
      ...common,
      spanId: spanIdOf(4),
      parentSpanId: spanIdOf(3),
      service: "till",
      name: "book lock",
      startTime: at(310 + late),
      endTime: at(350 + late),
      attributes: { "perigee.wait": "lock" }
    })
  ]
}

const write = (...traces: ReadonlyArray<ReadonlyArray<StoredSpan>>) =>
  TraceStore.use((store) => store.write(traces.map((spans) => traceWrite(spans))))

const read = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, text: string | undefined) =>
  Schema.decodeUnknownEffect(schema)(JSON.parse(text ?? ""))

const asking = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const { url = "" } = yield* Endpoint
  return yield* run([...args, "--url", url])
})

describe("perigee trace of a running instance", () => {
  it.live("get, search, diff and why, as the promise has them", () =>
    Effect.gen(function*() {
      yield* write(order(1), order(2, 200))
      const got = yield* asking("get", "1", "--json")
      assert.deepStrictEqual([got.code, got.err], [0, []])
      const one = yield* read(TraceJson, got.out[0])
      assert.deepInclude(one, { traceId: traceIdOf(1), durationNanos: 400e6, spanCount: 4, errorCount: 1 })
      assert.strictEqual(one.spans[2]?.queuedNanos, 200e6)
      const found = yield* read(
        TracePageJson,
        (yield* asking("search", "--service", "till", "--min-duration", "500ms", "--errors", "--json")).out[0]
      )
      assert.deepStrictEqual(found.traces.map(({ traceId }) => traceId), [traceIdOf(2)])
      const paged = yield* read(TracePageJson, (yield* asking("search", "--limit", "1", "--json")).out[0])
      assert.isString(paged.next)
      const rest = yield* read(TracePageJson, (yield* asking("search", "--page", paged.next ?? "", "--json")).out[0])
      assert.strictEqual(rest.traces.length, 1)
      const diff = yield* read(TraceDiffJson, (yield* asking("diff", "1", "2", "--json")).out[0])
      assert.deepStrictEqual([diff.common.length, diff.onlyA, diff.onlyB], [4, [], []])
      assert.deepInclude(yield* read(DecisionJson, (yield* asking("why", "1", "--json")).out[0]), {
        decision: "kept",
        policy: "always_sample"
      })
      assert.deepInclude(yield* read(DecisionJson, (yield* asking("why", "77", "--json")).out[0]), {
        decision: "unknown"
      })
    }).pipe(Effect.provide(traceServer)))

  it.live("tells people what matters, without a colour where nobody looks", () =>
    Effect.gen(function*() {
      yield* write(order(1), order(2, 200))
      const [text = ""] = (yield* asking("get", "1")).out
      assert.notInclude(text, "\u001b")
      assert.include(text, "shop POST /order  400ms  2026-11-21T10:00:00.000Z")
      assert.include(text, "most of it shop POST /order; 200ms of waiting")
      assert.include(text, "! till book: no money")
      const [listed = ""] = (yield* asking("search")).out
      assert.match(listed, /^TRACE .*\n0+1 .*400ms +4 +1 +shop POST \/order\n0+2 /)
      const [compared = ""] = (yield* asking("diff", "1", "2")).out
      assert.include(compared, "b is +200ms")
      assert.include((yield* asking("why", "1")).out[0] ?? "", "kept by always_sample")
      assert.deepStrictEqual((yield* asking("search", "--service", "nobody")).out, [
        "no trace that all of this holds for"
      ])
    }).pipe(Effect.provide(traceServer)))

  it.live("2 for what is asked wrongly, 1 for what is not there", () =>
    Effect.gen(function*() {
      for (
        const [args, said] of [
          [["get", "xyz"], "xyz: expected a trace id"],
          [["why", "0"], "trace id"],
          [["diff", "1", "q"], "trace id"],
          [["search", "--min-duration", "slow"], "--min-duration slow"],
          [["search", "--tag", "novalue"], "--tag novalue"],
          [["search", "--limit", "5000"], "--limit 5000"]
        ] as const
      ) {
        const { code, failure, out } = yield* asking(...args)
        assert.deepStrictEqual([code, out], [2, []], args.join(" "))
        assert.include(failure ?? "", said)
      }
      const missing = yield* asking("get", "5")
      assert.strictEqual(missing.code, 1)
      assert.include(missing.failure ?? "", "is kept")
    }).pipe(Effect.provide(traceServer)))
})

const dead = { PERIGEE_HTTP_PORT: "1" }

describe("perigee trace of a data directory", () => {
  it.live("is what the instance would say, also when nobody answers", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* write(order(1)).pipe(
        Effect.provide(SqliteTraceStore.layer({ directory: `${directory}/traces` })),
        Effect.scoped
      )
      const json = yield* run(["get", "1", "--data-dir", directory, "--json"])
      assert.deepInclude(yield* read(TraceJson, json.out[0]), { traceId: traceIdOf(1), spanCount: 4 })
      const found = yield* run(["search", "--json"], { ...dead, PERIGEE_DATA_DIR: directory })
      assert.strictEqual((yield* read(TracePageJson, found.out[0])).traces.length, 1)
      assert.include(found.err.join(), "does not answer; read from")
      assert.strictEqual((yield* run(["get", "2", "--data-dir", directory])).code, 1)
      assert.deepInclude(
        yield* read(DecisionJson, (yield* run(["why", "1", "--data-dir", directory, "--json"])).out[0]),
        { decision: "kept" }
      )
    }))

  it.live("none there: bad input where it was named, else a failure that says what to do", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      assert.strictEqual((yield* run(["search", "--data-dir", directory])).code, 2)
      const { code, failure } = yield* run(["search"], { ...dead, PERIGEE_DATA_DIR: directory })
      assert.strictEqual(code, 1)
      assert.include(failure ?? "", "perigee run")
      assert.strictEqual((yield* run(["search", "--data-dir", directory, "--url", "http://127.0.0.1:1"])).code, 2)
    }))
})

describe("the waterfall", () => {
  const shown = (width: number, style = plain, most = Infinity) =>
    waterfall(
      traceJson(
        assembleTrace({
          traceId: traceIdOf(1),
          revision: 1,
          decision: kept,
          completion: { state: "complete", reason: "structure" },
          spans: order(1)
        }),
        []
      ),
      width,
      style,
      most
    )

  it("fits its width, and puts work and waiting where they were", () => {
    for (const width of [40, 60, 80, 132, 200]) {
      for (const line of shown(width)) assert.isAtMost(line.length, width, `${width}: ${line}`)
    }
    const [, ...lines] = shown(120)
    const bars = lines.map((line) => /[█░][█░ ]*$/.exec(line)?.[0].trim() ?? "")
    const count = (bar: string, cell: string) => [...bar].filter((each) => each === cell).length
    // In quarters of the whole: the request one of work; the booking two of waiting and one of work; the lock a wait.
    const [request = "", , booking = "", lock = ""] = bars
    assert.strictEqual(count(request, "░"), 0)
    assert.approximately(count(booking, "░"), 2 * count(booking, "█"), 2)
    assert.approximately(count(request, "█"), count(booking, "█"), 1)
    assert.strictEqual(count(lock, "█"), 0)
    assert.isAbove(count(lock, "░"), 0)
  })

  it("marks errors and the critical path without colour, and colours only where it may", () => {
    const marks = shown(100).slice(1).map((line) => line.slice(0, 2))
    assert.deepStrictEqual(marks, ["> ", "> ", ">!", "> "])
    assert.include(shown(100, coloured).join(), "\u001b[31m")
    assert.notInclude(shown(100).join(), "\u001b")
  })

  it("stays readable however deep, and shows no control characters of others", () => {
    const deep = Array.from(
      { length: 300 },
      (_, n) =>
        storedSpan({
          spanId: spanIdOf(n + 1),
          parentSpanId: n === 0 ? undefined : spanIdOf(n),
          name: `step ${n} \u001b[31m`
        })
    )
    const lines = waterfall(
      traceJson(
        assembleTrace({
          traceId: traceIdOf(1),
          revision: 1,
          decision: kept,
          completion: { state: "complete", reason: "structure" },
          spans: deep
        }),
        []
      ),
      80,
      plain
    )
    assert.strictEqual(lines.length, 301)
    for (const line of lines) assert.isAtMost(line.length, 80)
    assert.include(lines.at(-1) ?? "", "299")
    assert.notInclude(lines.join(), "\u001b")
  })
})

describe("perigee trace of an instance with tokens", () => {
  it.live("sends the one that it is given", () =>
    Effect.gen(function*() {
      const { url = "" } = yield* Endpoint
      const refused = yield* run(["search", "--url", url])
      assert.strictEqual(refused.code, 1)
      assert.include(refused.failure ?? "", "token")
      assert.strictEqual((yield* run(["search", "--url", url], { PERIGEE_HTTP_READ_TOKEN: "look" })).code, 0)
      assert.strictEqual((yield* run(["search", "--url", url.replace("://", "://me:look@")])).code, 0)
    }).pipe(Effect.provide(traceServerWith({ tokens: { read: "look" } }))))
})
