import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { canaryRecord } from "../../../src/domain/canary/canaryRecord.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { encodeObservationLine } from "../../../src/domain/observation/observationJson.ts"
import { traceIdOf } from "../../../src/domain/tracing/traceId.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import * as Instruments from "../../../src/layers/stage/Instruments.ts"
import { StageLineage } from "../../../src/layers/stage/StageHooks.ts"
import { canaries } from "../../../src/operators/fusion/canaries.ts"
import { fusionSource } from "../../../src/operators/fusion/fusionSource.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { collectArrays, collectItems } from "../../../src/testing/envelopes.ts"
import { canaryLogRecord } from "../../support/canaryRun.ts"
import { observed } from "../../support/fusionRun.ts"
import { eventsOf, logRecord, parts } from "../../support/observationRecords.ts"

const { observations } = observed({ seconds: 5, count: 10 })
const sample = observations[0]
if (sample === undefined) throw new Error("the scenario is empty")
const json = encodeObservationLine(sample)

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const parent = `00-${traceId}-00f067aa0ba902b7-01`

describe("fusionSource", () => {
  it.effect("each array ends with the progress mark of the position after it; arrays, order and positions are kept", () =>
    Effect.gen(function*() {
      const out = yield* collectArrays(
        fusionSource(parts([[logRecord("a", 7), logRecord("b", 8)], [logRecord("c", 9)]]))
      )
      assert.deepStrictEqual(
        out.map((part) =>
          part.map((element) =>
            element._tag === "Event"
              ? [new TextDecoder().decode(element.payload.raw.bytes), element.context.position?.offset]
              : element
          )
        ),
        [
          [["a", 7], ["b", 8], { _tag: "Progress", positions: [{ topic: "observations", partition: 3, offset: 9 }] }],
          [["c", 9], { _tag: "Progress", positions: [{ topic: "observations", partition: 3, offset: 10 }] }]
        ]
      )
    }))

  it.effect("until it is decoded a record's event time is its receipt, its id that of its bytes, its kind unknown", () =>
    Effect.gen(function*() {
      const [event] = eventsOf(yield* collectItems(fusionSource(parts([[logRecord(json, 0)]]))))
      const id = observationIdOf("file", new TextEncoder().encode(json))
      assert.deepStrictEqual(
        [event?.context.id, event?.context.eventTime, event?.context.ingestTime, event?.context.sourceKind],
        [id, 5000.5, 5000.5, "unknown"]
      )
      const { sampled, spanId, traceId, traceState } = event?.context.trace ?? {}
      assert.deepStrictEqual({ traceId, spanId, sampled, traceState }, {
        traceId: traceIdOf(id),
        spanId: undefined,
        sampled: false,
        traceState: undefined
      })
      assert.strictEqual(event?.followed, false)
    }))

  it.effect("a producer's trace goes on, sampled as the producer says, whatever the sampler would", () =>
    Effect.gen(function*() {
      const headers = { traceparent: parent, tracestate: "vendor=1" }
      const [event] = eventsOf(yield* collectItems(fusionSource(parts([[logRecord(json, 0, headers)]]))))
      assert.deepStrictEqual(event?.context.trace, {
        traceId,
        spanId: "00f067aa0ba902b7",
        sampled: true,
        traceState: "vendor=1"
      })
      assert.isTrue(event?.followed)
      const unsampled = { traceparent: `${parent.slice(0, -2)}00` }
      const [other] = eventsOf(
        yield* collectItems(fusionSource(parts([[logRecord(json, 0, unsampled)]]))).pipe(
          Effect.provide(HeadSampler.layerRatio(1))
        )
      )
      assert.strictEqual(other?.context.trace.sampled, false)
    }))

  it.effect("that the producer's trace id is random is passed on to the next, traced or not", () =>
    Effect.gen(function*() {
      const headersBelow = Effect.fnUntraced(function*(flags: string) {
        const traceparent = `${parent.slice(0, -2)}${flags}`
        const sent: Array<Readonly<Record<string, string>>> = []
        const send = Stage.stateless<unknown, unknown>({
          name: "send",
          step: (events, emit) => sent.push(...events.map((event) => emit.headers(event)))
        })
        yield* Effect.provide(
          Stream.runDrain(fusionSource(parts([[logRecord(json, 0, { traceparent })]])).pipe(send)),
          Instruments.layerTest
        )
        return sent.map((headers) => headers["traceparent"]?.slice(-2))
      })
      for (const flags of ["00", "01", "02", "03"]) assert.deepStrictEqual(yield* headersBelow(flags), [flags])
    }))

  it.effect.each(["", "garbage", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, `ff-${traceId}-00f067aa0ba902b7-01`])(
    "a traceparent that cannot be read is as none: %s",
    (traceparent) =>
      Effect.gen(function*() {
        const [event] = eventsOf(
          yield* collectItems(fusionSource(parts([[logRecord(json, 0, { traceparent })]]))).pipe(
            Effect.provide(HeadSampler.layerRatio(1))
          )
        )
        const id = observationIdOf("file", new TextEncoder().encode(json))
        assert.deepStrictEqual(event?.context.trace, {
          traceId: traceIdOf(id),
          spanId: undefined,
          sampled: true,
          traceState: "ot=th:0"
        })
      })
  )

  it.effect("the sampler's decision is a function of the trace id", () =>
    Effect.gen(function*() {
      const records = Array.from({ length: 400 }, (_, i) => logRecord(`line ${i}`, i))
      const sampled = Effect.map(
        collectItems(fusionSource(parts([records]))),
        (out) => eventsOf(out).filter((event) => event.context.trace.sampled).map((event) => event.context.id)
      ).pipe(Effect.provide(HeadSampler.layerRatio(0.25)))
      const first = yield* sampled
      assert.deepStrictEqual(yield* sampled, first)
      assert.isTrue(first.length > 60 && first.length < 140, `${first.length} of 400`)
    }))

  it.effect("a canary is always traced, outside the sampler: no threshold, and no lineage; others are as the sampler says", () =>
    Effect.gen(function*() {
      const canary = canaryRecord("radar", "apart", Date.UTC(2026, 5, 1), 0)
      assert.isDefined(canary)
      const record = canaryLogRecord("radar", canary.bytes, 5000)
      const real = logRecord(json, 1)
      const [first, second] = eventsOf(
        yield* collectItems(fusionSource(parts([[{ ...real, ...record, offset: 0 }, real]]), canaries()))
      )
      assert.deepStrictEqual(
        [first?.context.trace.sampled, first?.context.trace.traceState, first?.context.lineage],
        [true, undefined, undefined]
      )
      assert.strictEqual(second?.context.trace.sampled, false)
    }).pipe(Effect.provide([HeadSampler.layerOff, StageLineage.layerWith(() => true)])))
})
