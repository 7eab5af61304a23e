/**
 * Whether the filter's covariance is honest: the error of seeded simulations, with the simulator's noise and slow biases and a truth that
 * starts off by the prior and wanders by the process noise, against what the filter says of it.
 */
import { describe, expect, it } from "@effect/vitest"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import type { TrackEstimate } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { chiSquareQuantile, rare } from "../../../support/chiSquare.ts"
import { sensors } from "../../../support/scenario.ts"
import { catalogued, filtered, nees, polarElements, simulateTrack } from "../../../support/trackSimulation.ts"

const hour = 3_600_000
const runs = 16
const geostationary: MeanElements = {
  ...polarElements,
  meanMotion: 1.0027 * revPerDay,
  eccentricity: 2e-4,
  inclination: 3 * radiansPerDegree
}
const of = (kind: string) => sensors.filter((sensor) => sensor.kind === kind)

const cases = [
  ["radars, every second for one pass", { sensors: of("radar").slice(0, 1), hours: 1, spacing: 1000 }],
  ["radars, a few measurements a pass", { sensors: of("radar"), hours: 4, spacing: 20_000 }],
  ["radars, several passes", { sensors: of("radar"), hours: 4, spacing: 4000 }],
  ["telescopes on a low orbit", { sensors: of("optical"), hours: 3, spacing: 20_000 }],
  ["telescopes on a geostationary orbit", {
    sensors: of("optical"),
    hours: 6,
    spacing: 60_000,
    elements: geostationary
  }],
  ["a link, every second", { sensors: of("isl").slice(0, 1), hours: 0.25, spacing: 1000 }],
  ["a link, for hours", { sensors: of("isl").slice(0, 1), hours: 6, spacing: 15_000 }]
] satisfies ReadonlyArray<
  readonly [string, {
    readonly sensors: ReturnType<typeof of>
    readonly hours: number
    readonly spacing: number
    readonly elements?: MeanElements
  }]
>

const unmoved = (estimate: TrackEstimate, elements: MeanElements): boolean =>
  estimate.linearisation.reference.elements.meanAnomaly === elements.meanAnomaly

describe("the filter's covariance against its error", () => {
  it.each(cases)("%s", (_, { hours, sensors, spacing, ...rest }) => {
    const elements = "elements" in rest ? rest.elements : polarElements
    let [count, errors, nis, components, refused, updates] = [0, 0, 0, 0, 0, 0]
    for (let seed = 1; seed <= runs; seed++) {
      const { observations, offset } = simulateTrack({
        seed,
        elements,
        sensors,
        start: elements.epoch,
        durationMillis: hours * hour,
        spacingMillis: spacing
      })
      const { estimate, innovations } = filtered(catalogued(elements), observations)
      // A reference that has moved has offsets of another size.
      if (!unmoved(estimate, elements)) continue
      count++
      errors += nees(estimate, offset)
      for (const innovation of innovations) {
        updates++
        if (!innovation.accepted) refused++
        nis += innovation.nis
        components += innovation.components
      }
    }
    // NEES: never too sure of itself (99.95 %); a link's six components share fewer biases than the model allows it, so it is cautious.
    expect(count).toBeGreaterThanOrEqual(12)
    const degrees = 6 * count
    expect(errors).toBeLessThan(chiSquareQuantile(degrees, rare))
    expect(errors).toBeGreaterThan(0.7 * chiSquareQuantile(degrees, -rare))
    // NIS: white noise dominates a single innovation; what it shares with the track by the bias makes it a few per cent smaller.
    const spread = rare * Math.sqrt(2 / components)
    expect(nis / components).toBeLessThan(1 + spread)
    expect(nis / components).toBeGreaterThan(0.94 - spread)
    // The gate refuses one in a thousand.
    expect(refused / updates).toBeLessThan(0.001 + 4 * Math.sqrt(0.001 / updates))
  })
})
