import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Observation, Target } from "../../../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../../../src/domain/observation/observationId.ts"
import { sensorOf } from "../../../../src/domain/observation/sensors/sensorRecord.ts"
import { makeRegistry } from "../../../../src/domain/observation/sensors/SensorRegistry.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { envelope } from "../../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../../src/layers/deadletters/DeadLetters.ts"
import { validate } from "../../../../src/operators/fusion/observations/validate.ts"
import { arrays, collectItems, contextOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"

const registry = makeRegistry([
  sensorOf({
    sourceId: "radar",
    kind: "radar",
    arrayId: 1,
    site: { latitudeDegrees: 50, longitudeDegrees: 10, heightMetres: 0 },
    clockOffsetSeconds: 0.25
  })
])

const receivedAt = 1_000_000

const radar: Target = { _tag: "RangeRate", range: 900e3, rangeRate: -3000, azimuth: 1, elevation: 0.5 }

const observation = (fields: Partial<Observation> = {}): Observation => ({
  observationId: observationIdOf("test", Uint8Array.of(1)),
  sourceId: "radar",
  sourceKind: "radar",
  sensorTimestamp: receivedAt,
  ingestTimestamp: receivedAt,
  target: radar,
  uncertainty: {},
  ...fields
})

const run = (...observations: ReadonlyArray<Observation>) =>
  Effect.gen(function*() {
    const elements = observations.map((payload, index) =>
      envelope(payload, contextOf(index, { eventTime: payload.sensorTimestamp, ingestTime: payload.ingestTimestamp }))
    )
    const out: ReadonlyArray<Item<Observation>> = yield* collectItems(
      arrays([elements]).pipe(validate(registry))
    )
    const { letters } = yield* DeadLettersMemory
    return {
      events: out.filter((element) => element._tag === "Event"),
      messages: letters().map(({ errorKind, message }) => {
        assert.strictEqual(errorKind, "ValidationFailed")
        return message
      })
    }
  }).pipe(Effect.provide(stageLayer))

const target = (fields: Partial<Extract<Target, { _tag: "RangeRate" }>>): Partial<Observation> => ({
  target: { ...radar, ...fields }
})
const state = (fields: Partial<Extract<Target, { _tag: "StateVector" }>>): Partial<Observation> => ({
  target: { _tag: "StateVector", position: [7e6, 0, 0], velocity: [0, 7500, 0], frame: "TEME", ...fields }
})
const direction = (rightAscension: number, declination: number): Partial<Observation> => ({
  target: { _tag: "Angular", rightAscension, declination, frame: "EME2000" }
})
const horizon = (azimuth: number, elevation: number): Partial<Observation> => ({
  target: { _tag: "AzimuthElevation", azimuth, elevation }
})
const diagonal = (...variances: ReadonlyArray<number>) => ({
  uncertainty: { covariance: variances.map((value, i) => variances.map((_, j) => i === j ? value : 0)) }
})

const good: ReadonlyArray<readonly [string, Partial<Observation>]> = [
  ["a radar's measurement", {}],
  ["the nearest range", target({ range: 80e3 })],
  ["the farthest range", target({ range: 500e6 })],
  ["the fastest range rates", target({ rangeRate: -15e3 })],
  ["only a range", { target: { _tag: "RangeRate", range: 1e6 } }],
  ["an azimuth in either half turn", target({ azimuth: -Math.PI })],
  ["an azimuth of a whole turn", target({ azimuth: 2 * Math.PI })],
  ["the zenith", target({ elevation: Math.PI / 2 })],
  ["a direction", direction(6.2, -1.5)],
  ["a direction above the horizon", horizon(6.2, 1.5)],
  ["a state", state({})],
  ["a state without velocity", { target: { _tag: "StateVector", position: [7e6, 0, 0], frame: "ITRF" } }],
  ["positive sigmas", { uncertainty: { range: 1e-3, azimuth: 1e-6 } }],
  ["a covariance of the target's size", diagonal(1, 1e-4, 1e-8, 1e-8)],
  ["a time five seconds ahead", { sensorTimestamp: receivedAt + 5250 }],
  ["a time long ago", { sensorTimestamp: 0 }]
]

const bad: ReadonlyArray<readonly [string, Partial<Observation>]> = [
  ["source nobody is not registered", { sourceId: "nobody" }],
  ["sensor time is 5.001 s after its receipt", { sensorTimestamp: receivedAt + 5251 }],
  ["range 79999 m is not in [8.000e+4, 5.000e+8]", target({ range: 79_999 })],
  ["range 900 m is not in [8.000e+4, 5.000e+8]", target({ range: 900 })],
  ["range NaN m is not in [8.000e+4, 5.000e+8]", target({ range: Number.NaN })],
  ["range rate 15001 m/s is not in [-1.500e+4, 1.500e+4]", target({ rangeRate: 15_001 })],
  ["azimuth 6.3 rad is not in [-6.283, 6.283]", target({ azimuth: 6.3 })],
  ["elevation 1.6 rad is not in [-1.571, 1.571]", target({ elevation: 1.6 })],
  ["right ascension 180 rad is not in [-6.283, 6.283]", direction(180, 0)],
  ["declination -1.6 rad is not in [-1.571, 1.571]", direction(0, -1.6)],
  ["azimuth -7 rad is not in [-6.283, 6.283]", horizon(-7, 0)],
  ["elevation 45 rad is not in [-1.571, 1.571]", horizon(0, 45)],
  ["distance from the Earth's centre 7000 m is not in [6.400e+6, 5.000e+8]", state({ position: [7000, 0, 0] })],
  ["speed 15001 m/s is not in [0.000, 1.500e+4]", state({ velocity: [15_001, 0, 0] })],
  ["sigma of range is 0, not positive", { uncertainty: { range: 0 } }],
  ["sigma of azimuth is -1, not positive", { uncertainty: { range: 1, azimuth: -1 } }],
  ["sigma of elevation is NaN, not positive", { uncertainty: { elevation: Number.NaN } }],
  ["covariance of 4 measured components is not 4 x 4", diagonal(1, 1, 1)],
  ["covariance of 4 measured components is not 4 x 4", {
    uncertainty: { covariance: [[1, 0, 0, 0], [0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]] }
  }],
  ["variance of rangeRate in the covariance is 0, not positive", diagonal(1, 0, 1, 1)],
  ["variance of velocity in the covariance is -1, not positive", { ...state({}), ...diagonal(1, 1, 1, 1, -1, 1) }]
]

describe("validate", () => {
  it.effect.each(good)("lets through %s", ([, fields]) =>
    Effect.gen(function*() {
      const { events, messages } = yield* run(observation(fields))
      assert.deepStrictEqual(messages, [])
      assert.deepStrictEqual(events.map(({ payload }) => payload), [observation(fields)])
    }))

  it.effect.each(bad)("%s", ([message, fields]) =>
    Effect.gen(function*() {
      const { events, messages } = yield* run(observation(), observation(fields), observation())
      assert.deepStrictEqual(messages, [message])
      assert.strictEqual(events.length, 2, "the others go on")
    }))

  it.effect("the event time is the time stamp less the clock's known error", () =>
    Effect.gen(function*() {
      const { events } = yield* run(observation())
      assert.deepStrictEqual(events.map(({ context }) => context.eventTime), [receivedAt - 250])
    }))

  it.effect.prop(
    "no time more than 5 s ahead of its receipt goes on, however far",
    { ahead: Schema.Finite.check(Schema.isBetween({ minimum: -1e12, maximum: 1e12 })) },
    ({ ahead }) =>
      Effect.gen(function*() {
        const { events, messages } = yield* run(observation({ sensorTimestamp: receivedAt + 250 + ahead }))
        assert.strictEqual(events.length + messages.length, 1)
        for (const { context } of events) assert.isAtMost(context.eventTime, receivedAt + 5000)
      })
  )
})
