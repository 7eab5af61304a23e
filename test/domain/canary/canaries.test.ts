import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { canaryRecord, type CanaryWireKind } from "../../../src/domain/canary/canaryRecord.ts"
import { apartObjects, isCanaryKey, isCanaryObject } from "../../../src/domain/canary/reserved.ts"
import { canarySensors, withCanarySensors } from "../../../src/domain/canary/sensors.ts"
import {
  approachingObjects,
  canariesAround,
  canaryElements,
  untilApproachMillis
} from "../../../src/domain/canary/tracks.ts"
import { withCanaries } from "../../../src/domain/canary/withCanaries.ts"
import { decodeRawRecord } from "../../../src/domain/observation/formats/decodeRawRecord.ts"
import { defaultRegistry } from "../../../src/domain/observation/sensors/defaultSensors.ts"
import { norm, subtract } from "../../../src/domain/orbit/algebra/vector3.ts"
import { closestApproach } from "../../../src/domain/orbit/encounter/encounter.ts"
import { trajectoryOf } from "../../../src/domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import { screenSlice } from "../../../src/domain/orbit/screening/screen.ts"
import { makeCandidates } from "../../../src/domain/orbit/tracking/candidates.ts"
import { updateTrack } from "../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { defaultFusionSettings } from "../../../src/operators/fusion/fusion.ts"

const hour = 3_600_000

const propagatorOf = (objectId: string) => {
  const elements = canaryElements(objectId)
  assert.isDefined(elements)
  return Result.getOrThrow(makePropagator(elements))
}

const stateOf = (objectId: string, time: number) => {
  const state = propagatorOf(objectId).stateAt(time)
  assert.isDefined(state)
  return state
}

/** Ten years either way of 2026. */
const Time = Schema.Int.pipe(
  Schema.check(Schema.isBetween({ minimum: Date.UTC(2016, 0, 1), maximum: Date.UTC(2036, 0, 1) }))
)

const many = { arbitrary: { runs: 100 } }
const few = { arbitrary: { runs: 20 } }

describe("the tracks of canaries", () => {
  it.prop("are 100,000 km from the Earth's centre, all of them, at any time", [Time], ([time]) => {
    for (const objectId of canariesAround(time)) {
      assert.closeTo(norm(stateOf(objectId, time).position), 100_000e3, 200e3)
    }
  }, many)

  it.prop("the pair that stays apart is 50 km apart, within 10 m", [Time], ([time]) => {
    const [a, b] = apartObjects
    assert.closeTo(norm(subtract(stateOf(a, time).position, stateOf(b, time).position)), 50e3, 10)
  }, many)

  it.prop("another pair is 3 h to 9 h before its approach, under the limit of attention", [Time], ([time]) => {
    const [a, b] = approachingObjects(time).map(propagatorOf)
    assert.isDefined(a)
    assert.isDefined(b)
    const ahead = untilApproachMillis(time)
    assert.isAbove(ahead, 3 * hour - 1)
    assert.isAtMost(ahead, 9 * hour)
    const encounter = closestApproach(a.stateAt, b.stateAt, time + ahead)
    assert.isDefined(encounter)
    assert.closeTo(encounter.tca, time + ahead, 300_000)
    assert.isBelow(encounter.missDistance, 5000)
  }, many)

  it.prop("screened with one another as the pipeline does, approach each other alone", [Time], ([time]) => {
    const start = Math.floor(time / hour) * hour
    const objects = canariesAround(start).map(propagatorOf)
    const [a, b] = approachingObjects(time)
    const found: Array<string> = []
    for (let from = start; from < start + 10 * hour; from += hour) {
      const { events } = screenSlice(objects.map(trajectoryOf), from, from + hour, {
        threshold: defaultFusionSettings.screenThresholdMetres
      })
      for (const event of events) {
        assert.strictEqual(Number(event.b) - Number(event.a), 1)
        assert.notInclude(apartObjects, event.a)
        found.push(event.a)
      }
    }
    assert.include(found, a)
    assert.strictEqual(Number(b) - Number(a), 1)
  }, few)

  it.prop("have ids that no catalogue can have and a radar frame can carry", [Time], ([time]) => {
    for (const objectId of canariesAround(time)) {
      assert.isTrue(isCanaryObject(objectId))
      assert.isAbove(Number(objectId), 999_999_999)
      assert.isAtMost(Number(objectId), 0xffff_ffff)
    }
  }, many)
})

describe("a canary's record", () => {
  const registry = withCanarySensors(defaultRegistry())
  const candidates = withCanaries(makeCandidates(new Map()))
  const kinds: ReadonlyArray<CanaryWireKind> = ["radar", "optical", "isl"]

  for (const kind of kinds) {
    for (const path of ["apart", "approaching"] as const) {
      it.prop(
        `${kind}, ${path}: is decoded as a canary, matched with its object and accepted by its gate`,
        [Time],
        ([time]) => {
          for (const sequence of [0, 1]) {
            const record = canaryRecord(kind, path, time, sequence)
            assert.isDefined(record)
            const raw = { format: kind, source: kind, bytes: record.bytes, locator: "test" }
            const observation = Result.getOrThrow(decodeRawRecord(raw, { receivedAt: time }, registry))
            assert.strictEqual(observation.sourceKind, "canary")
            assert.strictEqual(observation.sourceId, record.sourceId)
            assert.closeTo(observation.sensorTimestamp, time, 0.001)
            const sensor = registry.bySourceId.get(record.sourceId)
            assert.isDefined(sensor)
            assert.deepStrictEqual(candidates.match(observation, sensor, time), [record.objectId])
            const estimate = candidates.estimateOf(record.objectId)
            assert.isDefined(estimate)
            const updated = updateTrack(estimate, observation, sensor, time)
            assert.isTrue(updated?.innovation.accepted)
            assert.isBelow(updated?.innovation.nis ?? Infinity, 1e-3)
          }
        },
        few
      )
    }
  }

  it.prop("is a function of its arguments", [Time], ([time]) => {
    for (const kind of kinds) {
      assert.deepStrictEqual(
        canaryRecord(kind, "approaching", time, 1),
        canaryRecord(kind, "approaching", time, 1)
      )
    }
  }, few)

  it("of a link is of the pair that stays apart: its registry knows no other", () => {
    const time = Date.UTC(2026, 5, 1)
    assert.include(apartObjects, canaryRecord("isl", "approaching", time, 0)?.objectId)
  })

  it("is told by its partition key before it is decoded, and no real sensor's is", () => {
    for (const sensor of canarySensors) {
      assert.isTrue(isCanaryKey(
        sensor.kind === "radar"
          ? `radar:${sensor.arrayId}`
          : sensor.kind === "isl"
          ? `isl:${sensor.satelliteId}`
          : `optical:${sensor.sourceId}`
      ))
    }
    for (const { arrayId, satelliteId, sourceId } of defaultRegistry().bySourceId.values()) {
      assert.isFalse(isCanaryKey(`radar:${arrayId}`) || isCanaryKey(`isl:${satelliteId}`))
      assert.isFalse(isCanaryKey(`optical:${sourceId}`))
    }
  })
})

describe("candidates of canaries and of the catalogue", () => {
  it("are kept apart, whatever the hint says", () => {
    const time = Date.UTC(2026, 5, 1)
    const record = canaryRecord("isl", "apart", time, 0)
    assert.isDefined(record)
    const registry = withCanarySensors(defaultRegistry())
    const raw = { format: "isl" as const, source: "isl", bytes: record.bytes, locator: "test" }
    const canary = Result.getOrThrow(decodeRawRecord(raw, { receivedAt: time }, registry))
    const sensor = registry.bySourceId.get(canary.sourceId)
    const elements = canaryElements(record.objectId)
    assert.isDefined(sensor)
    assert.isDefined(elements)
    // An object of the catalogue on the same orbit.
    const twin = { ...elements, objectId: "12345" }
    const candidates = withCanaries(makeCandidates(new Map([[twin.objectId, twin]])))
    assert.deepStrictEqual(candidates.match(canary, sensor, time), [record.objectId])
    assert.deepStrictEqual(candidates.match({ ...canary, objectHint: twin.objectId }, sensor, time), [])
    assert.deepStrictEqual(candidates.match({ ...canary, sourceKind: "isl" }, sensor, time), [twin.objectId])
  })
})
