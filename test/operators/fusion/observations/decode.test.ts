import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rawRecordHeaders } from "../../../../src/domain/observation/formats/rawRecordHeaders.ts"
import type { Observation } from "../../../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../../../src/domain/observation/observationId.ts"
import { encodeObservationLine } from "../../../../src/domain/observation/observationJson.ts"
import type { ReceivedRecord } from "../../../../src/domain/observation/ReceivedRecord.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { envelope, isFollowed } from "../../../../src/domain/stream/Envelope.ts"
import { traceIdOf } from "../../../../src/domain/tracing/traceId.ts"
import { DeadLettersMemory } from "../../../../src/layers/deadletters/DeadLetters.ts"
import type { LogRecord } from "../../../../src/layers/log/MessageLog.ts"
import { fusionSource } from "../../../../src/operators/fusion/fusionSource.ts"
import { decode, makeTally } from "../../../../src/operators/fusion/observations/decode.ts"
import { validate } from "../../../../src/operators/fusion/observations/validate.ts"
import { arrays, collectItems } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { observed } from "../../../support/fusionRun.ts"
import { eventsOf, logRecord as recordAtEpoch, parts } from "../../../support/observationRecords.ts"
import { registry, scenario } from "../../../support/scenario.ts"

const { observations } = observed({ seconds: 5, count: 10 })
const sample = observations[0]
if (sample === undefined) throw new Error("the scenario is empty")
const json = encodeObservationLine(sample)

/** When the lines of these tests were received: after they were written. */
const receivedAt = sample.ingestTimestamp + 60_000

const logRecord = (line: string, offset: number, headers: Readonly<Record<string, string>> = {}) =>
  recordAtEpoch(line, offset, { ...headers, [rawRecordHeaders.received]: String(Math.round(receivedAt * 1000)) })

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const parent = `00-${traceId}-00f067aa0ba902b7-01`

const decoded = (records: ReadonlyArray<LogRecord>, tally = makeTally()) =>
  Effect.gen(function*() {
    const out: ReadonlyArray<Item<Observation>> = yield* collectItems(
      fusionSource(parts([records])).pipe(decode(registry, tally))
    )
    const { letters } = yield* DeadLettersMemory
    return { events: eventsOf(out), letters: letters(), tally }
  }).pipe(Effect.provide(stageLayer))

describe("decode", () => {
  it.effect("reads each wire format and gives the event its own source, time and id", () =>
    Effect.gen(function*() {
      const emissions = [...scenario({ seconds: 10 }).emissions]
      const one = (["radar", "optical", "isl"] as const).flatMap((wire) => {
        const found = emissions.find((emission) => emission.wire === wire)
        return found === undefined ? [] : [found]
      })
      assert.strictEqual(one.length, 3)
      const records = one.map(({ bytes, sendAt, wire }) => {
        const raw = { format: wire, source: wire, bytes, locator: "test" }
        const observationId = observationIdOf(wire, bytes)
        const received: ReceivedRecord = {
          raw,
          observationId,
          receivedAt: sendAt,
          trace: undefined,
          key: wire,
          cursor: undefined
        }
        return envelope(received, {
          id: observationId,
          sourceId: wire,
          sourceKind: wire,
          eventTime: sendAt,
          ingestTime: sendAt,
          position: undefined,
          trace: { traceId: traceIdOf(observationId), spanId: undefined, sampled: false, traceState: undefined },
          lineage: undefined,
          raw
        })
      })
      const tally = makeTally()
      const out = eventsOf(yield* collectItems(arrays<ReceivedRecord>([records]).pipe(decode(registry, tally))))
      assert.deepStrictEqual([...tally.byKind], [["radar", 1], ["optical", 1], ["isl", 1]])
      for (const [i, { context, payload }] of out.entries()) {
        const emission = one[i]
        assert.strictEqual(context.sourceId, emission?.sourceId)
        assert.strictEqual(context.sourceKind, emission?.wire)
        assert.strictEqual(payload.sourceId, emission?.sourceId)
        assert.closeTo(context.eventTime, emission?.sensorTimestamp ?? 0, 0.001)
        assert.strictEqual(context.ingestTime, emission?.sendAt)
        assert.strictEqual(context.id, records[i]?.context.id)
        assert.strictEqual(context.trace.traceId, traceIdOf(payload.observationId))
      }
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a line that carries its own id and receipt keeps them, and its trace is that of its id", () =>
    Effect.gen(function*() {
      const { events } = yield* decoded([logRecord(json, 0)])
      const [event] = events
      assert.deepStrictEqual(
        [event?.context.id, event?.context.ingestTime, event?.context.trace.traceId, event?.context.position?.offset],
        [sample.observationId, sample.ingestTimestamp, traceIdOf(sample.observationId), 0]
      )
    }))

  it.effect("a producer's trace is not replaced by that of the id inside", () =>
    Effect.gen(function*() {
      const { events } = yield* decoded([logRecord(json, 0, { traceparent: parent })])
      const [event] = events
      assert.strictEqual(event?.context.id, sample.observationId)
      assert.deepInclude(event?.context.trace, { traceId, spanId: "00f067aa0ba902b7", sampled: true })
      assert.isTrue(event === undefined ? false : isFollowed(event.context))
    }))

  it.effect("what cannot be read is a dead letter with its kind, reason, place and raw bytes; the rest goes on", () =>
    Effect.gen(function*() {
      const lines = [
        json,
        "{ not json",
        "{}",
        json.replace(sample.sourceId, "radar-nowhere"),
        json
      ]
      const { events, letters, tally } = yield* decoded(lines.map((line, offset) => logRecord(line, offset)))
      assert.strictEqual(events.length, 2)
      assert.deepStrictEqual([...tally.byKind], [[sample.sourceKind, 2]])
      assert.deepStrictEqual(
        letters.map(({ errorKind, locator, operator, payload, position }) => [
          errorKind,
          locator,
          operator,
          new TextDecoder().decode(payload),
          position?.offset
        ]),
        [
          ["Deserialization", "test", "decode", lines[1], 1],
          ["SchemaMismatch", "test", "decode", lines[2], 2],
          ["ValidationFailed", "test", "decode", lines[3], 3]
        ]
      )
      assert.include(letters[1]?.message ?? "", "sourceId")
      assert.include(letters[2]?.message ?? "", "radar-nowhere")
    }))

  it.effect("bytes that are no text are a dead letter too, and never a crash", () =>
    Effect.gen(function*() {
      const record = { ...logRecord("", 0), value: Uint8Array.of(0xff, 0xfe, 0x00) }
      const { events, letters } = yield* decoded([record, { ...record, value: new Uint8Array(0) }])
      assert.deepStrictEqual(events, [])
      assert.deepStrictEqual(letters.map(({ errorKind }) => errorKind), ["Deserialization", "Deserialization"])
    }))

  /** Lines of one sensor, through decoding and validation. */
  const validated = (lines: ReadonlyArray<Partial<Observation>>) =>
    Effect.gen(function*() {
      const tally = makeTally()
      const records = lines.map((fields, offset) => logRecord(encodeObservationLine({ ...sample, ...fields }), offset))
      const out: ReadonlyArray<Item<Observation>> = yield* collectItems(
        fusionSource(parts([records])).pipe(decode(registry, tally), validate(registry, tally))
      )
      const { letters } = yield* DeadLettersMemory
      return { events: eventsOf(out), letters: letters(), sensor: tally.bySensor.get(sample.sourceId) }
    }).pipe(Effect.provide(stageLayer))

  it.effect("a time of receipt ahead of ours is not believed: a line wholly in the future is given up", () =>
    Effect.gen(function*() {
      const future = receivedAt + 14 * 365 * 86_400_000
      const { events, letters, sensor } = yield* validated([
        { sensorTimestamp: receivedAt, ingestTimestamp: receivedAt },
        { sensorTimestamp: future, ingestTimestamp: future },
        { sensorTimestamp: receivedAt, ingestTimestamp: future },
        { sensorTimestamp: receivedAt, ingestTimestamp: receivedAt + 5000 }
      ])
      assert.deepStrictEqual(
        letters.map(({ errorKind, operator, position }) => [errorKind, operator, position?.offset]),
        [["ValidationFailed", "validate", 1]]
      )
      assert.deepStrictEqual(events.map(({ context }) => context.ingestTime - receivedAt), [0, 0, 5000])
      assert.deepStrictEqual([sensor?.observations, sensor?.newest], [4, receivedAt])
    }))

  it.effect("what is given up never sets how new a sensor's data is", () =>
    Effect.gen(function*() {
      const { letters, sensor } = yield* validated([
        { sensorTimestamp: receivedAt, ingestTimestamp: receivedAt },
        { sensorTimestamp: Date.UTC(9999, 0, 1), ingestTimestamp: receivedAt },
        { sensorTimestamp: receivedAt + 1000, ingestTimestamp: receivedAt, target: { _tag: "RangeRate", range: 1 } }
      ])
      assert.lengthOf(letters, 2)
      assert.deepStrictEqual([sensor?.observations, sensor?.newest], [3, receivedAt])
    }))
})
