/** What is noted of a sensor, and the hints that come of it. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { HintCause } from "../../../../src/domain/api/sources.ts"
import type { DeadLetter } from "../../../../src/domain/deadletter/DeadLetter.ts"
import type { Observation, Target } from "../../../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../../../src/domain/observation/observationId.ts"
import { makeSight } from "../../../../src/domain/observation/sensorHealth/expectedSight.ts"
import { makeSensorNotes } from "../../../../src/domain/observation/sensorHealth/SensorNotes.ts"
import { sensorView } from "../../../../src/domain/observation/sensorHealth/sensorView.ts"
import { leastChance, Speech } from "../../../../src/domain/observation/sensorHealth/Speech.ts"
import { suspectedUnit } from "../../../../src/domain/observation/sensorHealth/suspectedUnits.ts"
import { defaultRegistry } from "../../../../src/domain/observation/sensors/defaultSensors.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { seededStart } from "../../../../src/domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../../../../src/domain/simulation/syntheticCatalogue.ts"

const radarTarget = { _tag: "RangeRate", range: 1_200_000, rangeRate: -3000, azimuth: 1, elevation: 0.5 } as const

const registry = defaultRegistry()
const sourceId = "radar-syowa"

/** A radar's observation `lagMillis` before it is received. */
const observation = (
  receivedAt: number,
  { lagMillis = 20, target = radarTarget }: { readonly lagMillis?: number; readonly target?: Target } = {}
): Observation => ({
  observationId: observationIdOf(sourceId, new Uint8Array([receivedAt % 256])),
  sourceId,
  sourceKind: "radar",
  sensorTimestamp: receivedAt - lagMillis,
  ingestTimestamp: receivedAt,
  target,
  uncertainty: {},
  objectHint: "98001"
})

const letter = (time: number, overrides: Partial<DeadLetter> = {}): DeadLetter => ({
  schemaVersion: 2,
  id: "1",
  time,
  operator: "validate",
  errorKind: "ValidationFailed",
  message: "range 1 m is not in [8e4, 5e8]",
  retryCount: 0,
  source: "radar",
  sensorId: sourceId,
  format: "radar-frame",
  locator: "",
  payload: new Uint8Array(),
  position: null,
  trace: { traceId: "0".repeat(32), spanId: null, sampled: false, traceState: null },
  ...overrides
})

/** Ten minutes of a radar at 10 observations a second, as `each` tells what happens to one. */
const watched = (
  seconds: number,
  each: (notes: ReturnType<typeof makeSensorNotes>, now: number, n: number) => void,
  until = seconds
) => {
  let now = seededStart
  const notes = makeSensorNotes(registry, () => now)
  notes.expect(() => ({ visible: 5, basis: "a test" }))
  for (let n = 0; n < seconds * 10; n++) {
    now = seededStart + n * 100
    if (n < until * 10) each(notes, now, n)
    if (n > 0 && n % 100 === 0) notes.closeSlot()
  }
  const note = notes.all().find(({ sensor }) => sensor.sourceId === sourceId)
  if (note === undefined) throw new Error("the radar is registered")
  return sensorView(note, now, notes.peers(), undefined)
}

const healthy = (notes: ReturnType<typeof makeSensorNotes>, now: number, noise = stream(now, "noise")): void => {
  const one = observation(now)
  notes.decoded(one)
  notes.timed(one)
  notes.matched(one, "98001", true)
  notes.met(one, {
    accepted: true,
    nis: 1,
    components: 4,
    residuals: [25 * noise.normal(), 0.05 * noise.normal(), 1e-4 * noise.normal(), 1e-4 * noise.normal()],
    variances: [625, 0.0025, 1e-8, 1e-8]
  })
}

const causes = ({ hints }: { readonly hints: ReadonlyArray<{ readonly cause: HintCause }> }) =>
  hints.map(({ cause }) => cause)

describe("a sensor's view", () => {
  it("of one that works: its cadence is what is expected, its residuals are what its sigmas say, and there is no hint", () => {
    const view = watched(600, (notes, now) => healthy(notes, now))
    assert.strictEqual(view.state, "ok")
    assert.deepStrictEqual(view.hints, [])
    assert.closeTo(view.cadence.perSecond, 10, 0.5)
    assert.closeTo(view.cadence.expectedPerSecond ?? 0, 10, 1)
    assert.closeTo(view.lag.meanSeconds ?? 0, 0.02, 1e-9)
    for (const { count, normalisedBias, normalisedScatter } of view.residuals) {
      // Five standard errors.
      assert.isBelow(Math.abs(normalisedBias), 5 / Math.sqrt(count))
      assert.isBelow(Math.abs(normalisedScatter - 1), 5 / Math.sqrt(2 * count))
    }
  })

  it("of one that stops: silent, with how long, and nothing else", () => {
    const view = watched(400, (notes, now) => healthy(notes, now), 300)
    assert.strictEqual(view.state, "silent")
    assert.deepStrictEqual(causes(view), ["silent"])
    assert.closeTo(view.silentSeconds, 100, 1)
  })

  it("of one that stops while there is nothing to see: idle", () => {
    let now = seededStart
    const notes = makeSensorNotes(registry, () => now)
    notes.expect((_sensor, time) => ({ visible: time < seededStart + 300_000 ? 5 : 0, basis: "a test" }))
    for (let second = 0; second < 900; second++) {
      now = seededStart + second * 1000
      if (second < 300) healthy(notes, now)
      if (second % 10 === 9) notes.closeSlot()
    }
    const note = notes.all().find(({ sensor }) => sensor.sourceId === sourceId)
    assert.isDefined(note)
    if (note !== undefined) assert.strictEqual(sensorView(note, now, notes.peers(), undefined).state, "idle")
  })

  const table: ReadonlyArray<readonly [name: string, cause: HintCause, each: Parameters<typeof watched>[1]]> = [
    ["in kilometres", "kilometres", (notes, now) => {
      const one = observation(now, { target: { ...radarTarget, range: 1200, rangeRate: -3 } })
      notes.decoded(one)
      notes.refused(one, false)
      notes.gaveUp(letter(now))
    }],
    ["in degrees", "degrees", (notes, now) => {
      const one = observation(now, { target: { ...radarTarget, azimuth: 240, elevation: 30 } })
      notes.decoded(one)
      notes.refused(one, false)
      notes.gaveUp(letter(now))
    }],
    ["whose clock is ahead by a quarter of a second", "clock-ahead", (notes, now) => {
      const one = observation(now, { lagMillis: -230 })
      notes.decoded(one)
      notes.timed(one)
    }],
    ["whose clock is far ahead", "clock-ahead", (notes, now) => {
      const one = observation(now, { lagMillis: -20_000 })
      notes.decoded(one)
      notes.refused(one, true)
      notes.gaveUp(letter(now))
    }],
    ["whose clock is behind, which its ranges tell", "clock-behind", (notes, now, n) => {
      const one = observation(now, { target: { ...radarTarget, rangeRate: n % 2 === 0 ? 3000 : -2000 } })
      notes.decoded(one)
      notes.timed(one)
      const rate = one.target._tag === "RangeRate" ? one.target.rangeRate ?? 0 : 0
      notes.met(one, { accepted: false, nis: 99, components: 1, residuals: [0.2 * rate], variances: [625] })
    }],
    ["whose track numbers are exchanged", "cross-tagged", (notes, now, n) => {
      const one = observation(now)
      notes.decoded(one)
      notes.timed(one)
      notes.matched(one, n % 3 === 0 ? "98002" : "98001", true)
    }],
    ["that fits nothing", "uncorrelated", (notes, now) => {
      const one = observation(now)
      notes.decoded(one)
      notes.timed(one)
      notes.matched(one, undefined, true)
    }],
    ["that is biased by two sigmas", "biased", (notes, now) => {
      healthy(notes, now)
      notes.met(observation(now), {
        accepted: true,
        nis: 4,
        components: 4,
        residuals: [75, 0, 0, 0],
        variances: [625, 0.0025, 1e-8, 1e-8]
      })
    }],
    ["that scatters three times as much as it says", "noisy", (notes, now) => {
      const one = observation(now)
      notes.decoded(one)
      notes.timed(one)
      notes.met(one, {
        accepted: true,
        nis: 9,
        components: 1,
        residuals: [75 * stream(now, "noise").normal()],
        variances: [625]
      })
    }],
    ["whose data comes late", "slow", (notes, now) => {
      const one = observation(now, { lagMillis: 9000 })
      notes.decoded(one)
      notes.timed(one)
    }],
    ["that is given up as too late", "late", (notes, now, n) => {
      healthy(notes, now)
      if (n % 4 === 0) notes.gaveUp(letter(now, { errorKind: "Late", operator: "watermark" }))
    }],
    ["that sends garbage", "unreadable", (notes, now, n) => {
      if (n % 2 === 0) healthy(notes, now)
      else notes.gaveUp(letter(now, { errorKind: "Deserialization", operator: "decode", message: "61 bytes, not 64" }))
    }]
  ]
  for (const [name, cause, each] of table) {
    it(`of one ${name}: ${cause} comes first, with since when`, () => {
      // Others are healthy, so that what lies at our own receipt is told apart.
      const view = watched(120, (notes, now, n) => {
        each(notes, now, n)
        for (const other of ["radar-naseby", "radar-svalbard"]) {
          const one = { ...observation(now), sourceId: other }
          notes.decoded(one)
          notes.timed(one)
        }
      })
      assert.strictEqual(causes(view)[0], cause, JSON.stringify(view.hints))
      assert.strictEqual(view.state, "suspect")
      assert.match(view.hints[0]?.since ?? "", /^2026-03-20T00:0[01]:/)
    })
  }

  it("canaries and strangers are not noted", () => {
    const notes = makeSensorNotes(registry, () => seededStart)
    notes.decoded({ ...observation(seededStart), sourceKind: "canary" })
    notes.decoded({ ...observation(seededStart), sourceId: "nobody" })
    assert.isTrue(notes.all().every(({ observations }) => observations === 0))
  })
})

describe("silence", () => {
  it("a sensor that speaks in a share of its slots is called silent about as rarely as the bound says", () => {
    for (const share of [0.3, 0.6, 0.9]) {
      const random = stream(11, "speech", share)
      const speech = new Speech()
      let calls = 0
      let was = false
      const slots = 200_000
      for (let n = 0; n < slots; n++) {
        speech.closed(random.uniform() < share ? 3 : 0, 4)
        if (speech.isSilent && !was) calls++
        was = speech.isSilent
      }
      // A run begins after each slot in which it spoke; a few of the first are judged with little known.
      assert.isAtMost(calls, 2 * leastChance * slots * share + 5, `share ${share}`)
    }
  })

  it("teaches nothing where there is nothing to see", () => {
    const speech = new Speech()
    for (let n = 0; n < 50; n++) speech.closed(5, 3)
    for (let n = 0; n < 500; n++) speech.closed(0, 0)
    assert.isFalse(speech.isSilent)
    for (let n = 0; n < 10; n++) speech.closed(0, 3)
    assert.isTrue(speech.isSilent)
  })
})

describe("units", () => {
  it("are suspected only of what is impossible as it is", () => {
    assert.isUndefined(suspectedUnit(radarTarget))
    assert.strictEqual(suspectedUnit({ ...radarTarget, range: 1200 }), "kilometres")
    assert.strictEqual(
      suspectedUnit({ _tag: "StateVector", position: [7000, 0, 0], velocity: [0, 7.5, 0], frame: "GCRF" }),
      "kilometres"
    )
    assert.strictEqual(
      suspectedUnit({ _tag: "Angular", rightAscension: 200, declination: -40, frame: "EME2000" }),
      "degrees"
    )
    assert.isUndefined(suspectedUnit({ ...radarTarget, range: 3 }))
  })
})

describe("what a sensor can see", () => {
  it("a telescope nothing by day, a radar what is over it, a link always its own", () => {
    const sensors = Array.from(registry.bySourceId.values())
    const made = syntheticCatalogue({ seed: 3, start: seededStart, sensors })
    assert.isTrue(Result.isSuccess(made))
    if (Result.isFailure(made)) return
    const sightOf = makeSight(made.success.elements)
    const at = seededStart
    const telescopes = sensors.filter(({ kind }) => kind === "optical").map((sensor) => sightOf(sensor, at))
    assert.isTrue(telescopes.some(({ basis, visible }) => visible === 0 && basis.includes("not dark")))
    assert.isTrue(telescopes.some(({ visible }) => (visible ?? 0) > 0))
    for (const sensor of sensors.filter(({ kind }) => kind === "radar")) {
      const { visible = 0 } = sightOf(sensor, at)
      assert.isAbove(visible, 0)
      assert.isBelow(visible, made.success.elements.length / 2)
    }
    assert.isTrue(sensors.filter(({ kind }) => kind === "isl").every((sensor) => sightOf(sensor, at).visible === 1))
  })
})
