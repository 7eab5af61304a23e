/** What every tracing Layer keeps: run by `Tracing.test.ts` on each of them. */
import { assert, it } from "@effect/vitest"
import { Context, Data, Deferred, Effect, Exit, Fiber, Option, Random, Tracer } from "effect"
import { TestClock } from "effect/testing"
import type { SpanData } from "../../../src/domain/tracing/SpanData.ts"
import { parentSpan } from "../../../src/layers/tracing/SpanTraceState.ts"

/** Runs an effect under the Layer, closes the Layer, and gives the spans that came out of it. */
export type RecordSpans = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<ReadonlyArray<SpanData>, E>

class NoSuchObject extends Data.TaggedError("NoSuchObject")<{ readonly message: string }> {}

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

const named = (spans: ReadonlyArray<SpanData>, name: string): SpanData => {
  const found = spans.filter((span) => span.name === name)
  assert.strictEqual(found.length, 1, `spans named ${name} of ${spans.map((span) => span.name)}`)
  const [span] = found
  assert.isDefined(span)
  return span
}

/** A span made by hand, as a stage makes it. */
const started = (name: string, parent: Tracer.AnySpan | undefined, startTime = 0n) =>
  Effect.map(Effect.tracer, (tracer) =>
    tracer.span({
      name,
      parent: Option.fromUndefinedOr(parent),
      annotations: Context.empty(),
      links: [],
      startTime,
      kind: "internal",
      root: parent === undefined,
      sampled: true
    }))

const handMade = Effect.fnUntraced(function*(name: string, parent: Tracer.AnySpan | undefined) {
  const span = yield* started(name, parent)
  span.end(1n, Exit.void)
  return span
})

export const tracerContract = (record: RecordSpans): void => {
  it.effect("a child is in its parent's trace and names it; a root has none", () =>
    Effect.gen(function*() {
      const spans = yield* record(
        Effect.void.pipe(Effect.withSpan("leaf"), Effect.withSpan("middle"), Effect.withSpan("top"))
      )
      const [leaf, middle, top] = [named(spans, "leaf"), named(spans, "middle"), named(spans, "top")]
      assert.strictEqual(leaf.parentSpanId, middle.spanId)
      assert.strictEqual(middle.parentSpanId, top.spanId)
      assert.isUndefined(top.parentSpanId)
      assert.deepStrictEqual(new Set(spans.map((span) => span.traceId)).size, 1)
      for (const span of spans) {
        assert.match(span.traceId, /^(?!0+$)[0-9a-f]{32}$/)
        assert.match(span.spanId, /^(?!0+$)[0-9a-f]{16}$/)
        assert.strictEqual(span.flags & 1, 1)
      }
    }))

  it.effect("roots have traces of their own", () =>
    Effect.gen(function*() {
      const spans = yield* record(
        Effect.forEach(Array.from({ length: 50 }, (_, i) => i), (i) => Effect.withSpan(Effect.void, `root ${i}`))
      )
      assert.strictEqual(new Set(spans.map((span) => span.traceId)).size, 50)
      assert.strictEqual(new Set(spans.map((span) => span.spanId)).size, 50)
    }))

  it.effect("a stage's span continues the event's trace, and the user's spans and logs nest below it", () =>
    Effect.gen(function*() {
      const spans = yield* record(Effect.gen(function*() {
        const stage = yield* started("stage", parentSpan({ traceId, spanId, sampled: true, traceState: "ot=th:8" }))
        yield* Effect.logInfo("looked up").pipe(
          Effect.annotateLogs({ object: "98001" }),
          Effect.withSpan("lookup"),
          Effect.withParentSpan(stage)
        )
        stage.end(5n, Exit.void)
      }))
      const [stage, lookup] = [named(spans, "stage"), named(spans, "lookup")]
      assert.deepStrictEqual([stage.traceId, stage.parentSpanId, stage.traceState], [traceId, spanId, "ot=th:8"])
      assert.deepStrictEqual([lookup.traceId, lookup.parentSpanId, lookup.traceState], [
        traceId,
        stage.spanId,
        "ot=th:8"
      ])
      const [log] = lookup.events
      assert.isDefined(log)
      assert.strictEqual(log.name, "looked up")
      assert.strictEqual(log.attributes["object"], "98001")
      assert.strictEqual(log.attributes["effect.logLevel"], "INFO")
    }))

  it.effect("the first span of an event's trace is its root and has its trace id", () =>
    Effect.gen(function*() {
      const spans = yield* record(Effect.gen(function*() {
        const root = yield* handMade(
          "root",
          parentSpan({ traceId, spanId: undefined, sampled: true, traceState: undefined })
        )
        yield* handMade("child", root)
      }))
      const [root, child] = [named(spans, "root"), named(spans, "child")]
      assert.deepStrictEqual([root.traceId, root.parentSpanId], [traceId, undefined])
      assert.deepStrictEqual([child.traceId, child.parentSpanId], [traceId, root.spanId])
    }))

  it.effect("nothing below an unsampled parent is kept, and all below a sampled one", () =>
    Effect.gen(function*() {
      const spans = yield* record(Effect.forEach([false, true], (sampled) =>
        Effect.withSpan(Effect.withSpan(Effect.void, `leaf ${sampled}`), `node ${sampled}`).pipe(
          Effect.withParentSpan(Tracer.externalSpan({ traceId, spanId, sampled }))
        )))
      assert.deepStrictEqual(
        spans.map((span) =>
          span.name
        ).toSorted(),
        ["leaf true", "node true"]
      )
    }))

  it.effect("attributes of every type", () =>
    Effect.gen(function*() {
      const spans = yield* record(
        Effect.annotateCurrentSpan({
          text: "radar-1",
          empty: "",
          whole: 42,
          negative: -7,
          fraction: 0.25,
          yes: true,
          no: false,
          large: 2n ** 60n,
          texts: ["a", "b"],
          numbers: [1, 2.5],
          flags: [true, false],
          none: [],
          record: { nested: 1 },
          again: "first"
        }).pipe(
          Effect.andThen(Effect.annotateCurrentSpan("again", "last")),
          Effect.withSpan("attributes", { attributes: { given: "at start" } })
        )
      )
      const { attributes } = named(spans, "attributes")
      const { large, record: nested, ...plain } = attributes
      assert.deepStrictEqual(plain, {
        text: "radar-1",
        empty: "",
        whole: 42,
        negative: -7,
        fraction: 0.25,
        yes: true,
        no: false,
        texts: ["a", "b"],
        numbers: [1, 2.5],
        flags: [true, false],
        none: [],
        again: "last",
        given: "at start"
      })
      assert.strictEqual(String(large), String(2n ** 60n))
      assert.match(String(nested), /"nested":\s*1/)
    }))

  it.effect("events, in order and with their own times", () =>
    Effect.gen(function*() {
      const spans = yield* record(
        Effect.gen(function*() {
          const span = yield* Effect.currentSpan
          span.event("first", 1_000n, { index: 1 })
          span.event("second", 2_000n)
        }).pipe(Effect.orDie, Effect.withSpan("eventful"))
      )
      assert.deepStrictEqual(named(spans, "eventful").events, [
        { name: "first", time: 1_000n, attributes: { index: 1 } },
        { name: "second", time: 2_000n, attributes: {} }
      ])
    }))

  it.effect("links, to contexts that are not sampled too", () =>
    Effect.gen(function*() {
      const other = Tracer.externalSpan({ traceId, spanId, sampled: false })
      const later = Tracer.externalSpan({ traceId: traceId.replace("4", "5"), spanId, sampled: true })
      const spans = yield* record(
        Effect.currentSpan.pipe(
          Effect.map((span) => span.addLinks([{ span: later, attributes: {} }])),
          Effect.orDie,
          Effect.withSpan("linked", { links: [{ span: other, attributes: { role: "contributor" } }] })
        )
      )
      assert.deepStrictEqual(
        named(spans, "linked").links.map((link) => [link.traceId, link.spanId, link.attributes]),
        [[traceId, spanId, { role: "contributor" }], [later.traceId, spanId, {}]]
      )
    }))

  it.effect("the status is the exit's: a failure and a defect are errors, interruption and success are not", () =>
    Effect.gen(function*() {
      const spans = yield* record(Effect.gen(function*() {
        yield* Effect.withSpan(Effect.void, "fine")
        yield* Effect.exit(Effect.withSpan(Effect.fail(new NoSuchObject({ message: "no such object" })), "failed"))
        yield* Effect.exit(Effect.withSpan(Effect.die(new TypeError("bug")), "died"))
        yield* Effect.exit(Effect.withSpan(Effect.interrupt, "interrupted"))
      }))
      assert.notStrictEqual(named(spans, "fine").status.code, "error")
      assert.deepStrictEqual(named(spans, "failed").status, { code: "error", message: "no such object" })
      assert.deepStrictEqual(named(spans, "died").status, { code: "error", message: "bug" })
      const [exception] = named(spans, "died").events
      assert.isDefined(exception)
      assert.strictEqual(exception.name, "exception")
      assert.strictEqual(exception.attributes["exception.type"], "TypeError")
      assert.strictEqual(exception.attributes["exception.message"], "bug")
      assert.include(String(exception.attributes["exception.stacktrace"]), "TypeError: bug")
      const interrupted = named(spans, "interrupted")
      assert.strictEqual(interrupted.status.code, "unset")
      assert.strictEqual(interrupted.attributes["effect.fiber.interrupted"], true)
    }))

  it.effect("times are the clock's, to the nanosecond", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_774_000_000_123)
      const spans = yield* record(Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(Effect.withSpan(Effect.sleep("1500 millis"), "slept"))
        yield* TestClock.adjust("1500 millis")
        yield* Fiber.join(fiber)
        const span = yield* started("exact", undefined, 1_774_000_000_123_456_789n)
        span.end(1_774_000_001_000_000_001n, Exit.void)
      }))
      const [slept, exact] = [named(spans, "slept"), named(spans, "exact")]
      assert.deepStrictEqual([slept.startTime, slept.endTime], [
        1_774_000_000_123_000_000n,
        1_774_000_001_623_000_000n
      ])
      assert.deepStrictEqual([exact.startTime, exact.endTime], [
        1_774_000_000_123_456_789n,
        1_774_000_001_000_000_001n
      ])
    }))

  it.effect("every kind", () =>
    Effect.gen(function*() {
      const kinds = ["internal", "server", "client", "producer", "consumer"] as const
      const spans = yield* record(Effect.forEach(kinds, (kind) => Effect.withSpan(Effect.void, `a ${kind}`, { kind })))
      assert.deepStrictEqual(
        spans.map(({ kind, name }) => [name, kind]).toSorted(),
        kinds.map((kind) => [`a ${kind}`, kind]).toSorted()
      )
    }))

  it.effect("what has ended does not change, and ends once", () =>
    Effect.gen(function*() {
      const spans = yield* record(Effect.gen(function*() {
        const span = yield* started("ended", undefined)
        span.attribute("kept", 1)
        span.end(10n, Exit.void)
        span.attribute("late", 1)
        span.event("late", 11n)
        span.addLinks([{ span: Tracer.externalSpan({ traceId, spanId }), attributes: {} }])
        span.end(20n, Exit.die("again"))
        assert.strictEqual(span.status._tag, "Ended")
      }))
      const { attributes, endTime, events, links, status } = named(spans, "ended")
      assert.deepStrictEqual([attributes, endTime, events, links], [{ kept: 1 }, 10n, [], []])
      assert.notStrictEqual(status.code, "error")
    }))

  it.effect("1,000 interleaved fibers never mix their spans", () =>
    Effect.gen(function*() {
      const total = 1000
      const idOf = (i: number) => `a${i.toString(16).padStart(31, "0")}`
      const spans = yield* record(Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const one = (i: number) =>
          Effect.gen(function*() {
            const stage = yield* started(
              `stage ${i}`,
              parentSpan({ traceId: idOf(i), spanId, sampled: true, traceState: undefined })
            )
            yield* Deferred.await(gate)
            yield* Effect.gen(function*() {
              const pauses = yield* Random.nextIntBetween(0, 4)
              for (let n = 0; n < pauses; n++) yield* Effect.yieldNow
              yield* Effect.annotateCurrentSpan("event", i)
              yield* Effect.forkChild(Effect.withSpan(Effect.yieldNow, `inner ${i}`)).pipe(Effect.flatMap(Fiber.join))
            }).pipe(Effect.withSpan(`outer ${i}`), Effect.withParentSpan(stage))
            stage.end(1n, Exit.void)
          })
        const fibers = yield* Effect.forEach(
          Array.from({ length: total }, (_, i) => i),
          (i) => Effect.forkChild(one(i))
        )
        yield* Effect.yieldNow
        yield* Deferred.succeed(gate, undefined)
        yield* Effect.forEach(fibers, Fiber.join)
      }))
      assert.strictEqual(spans.length, 3 * total)
      const byName = new Map(spans.map((span) => [span.name, span] as const))
      for (let i = 0; i < total; i++) {
        const [stage, outer, inner] = [`stage ${i}`, `outer ${i}`, `inner ${i}`].map((name) => byName.get(name))
        assert.deepStrictEqual([stage, outer, inner].map((span) => span?.traceId), [idOf(i), idOf(i), idOf(i)])
        assert.strictEqual(outer?.parentSpanId, stage?.spanId)
        assert.strictEqual(inner?.parentSpanId, outer?.spanId)
        assert.deepStrictEqual(outer?.attributes, { event: i })
      }
    }))
}
