/**
 * How a sensor's measurements differ from what the tracks predict, over the last five minutes.
 *
 * - Bias of a component: the mean of the innovations, each weighted by the inverse of its variance (prediction and noise together), so that what a young
 *   track says counts little. Of accepted measurements only.
 * - Scatter: the standard deviation of innovations over their own sigma: 1 where the sigmas are true.
 * - Clock offset: a stamp that is d too late puts the predicted range rate times d too far, so d is minus the weighted regression of range innovations
 *   on the measured range rate (of positions on the velocity, where a satellite tells its own). Refused measurements count too, unless they are
 *   hundreds of sigmas off. A track that hears one sensor alone follows its clock, and shows nothing.
 *
 * State: 5 numbers a component and 3 for the clock, in 30 slots: 8 kB.
 */
import type { Innovation } from "../../orbit/tracking/Innovation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Target } from "../Observation.ts"
import type { PerComponent } from "../sensors/Sensor.ts"
import { RecentSums } from "./RecentSums.ts"

const slots = 30
const most = 6
const perComponent = 5
const clock = most * perComponent
/** In sigmas: farther off, it is not the clock. */
const farthest = 500

export interface ComponentResidual {
  readonly component: string
  readonly unit: "m" | "m/s" | "rad"
  readonly count: number
  readonly bias: number
  readonly biasSigma: number
  readonly normalisedBias: number
  readonly normalisedScatter: number
}

export interface ResidualSummary {
  readonly components: ReadonlyArray<ComponentResidual>
  /** Seconds, and 1-sigma. */
  readonly clockOffset: { readonly seconds: number; readonly sigma: number; readonly count: number } | undefined
}

type Component = keyof PerComponent

const unitOf = (component: Component): "m" | "m/s" | "rad" =>
  component === "range" || component === "position"
    ? "m"
    : component === "rangeRate" || component === "velocity"
    ? "m/s"
    : "rad"

const axes = ["x", "y", "z"]

const labelOf = (component: Component, index: number): string =>
  component === "position" || component === "velocity" ? `${component} ${axes[index % 3]}` : component

export class Residuals {
  private readonly sums = new RecentSums(clock + 3, slots)
  private components: ReadonlyArray<Component> = []

  add(target: Target, innovation: Innovation, components: ReadonlyArray<Component>, now: UtcTime): void {
    const { accepted, residuals, variances } = innovation
    const base = this.sums.at(now)
    this.addClock(base, target, residuals, variances)
    if (!accepted) return
    if (this.components.length === 0) this.components = components
    // A sensor measures the same components as a rule; what it measures otherwise now and then is left out.
    if (components.length !== this.components.length) return
    for (let i = 0; i < residuals.length && i < most; i++) {
      const variance = variances[i] ?? 0
      const residual = residuals[i] ?? 0
      if (!(variance > 0)) continue
      const z = residual / Math.sqrt(variance)
      const at = i * perComponent
      this.sums.add(base, at, 1)
      this.sums.add(base, at + 1, z)
      this.sums.add(base, at + 2, z * z)
      this.sums.add(base, at + 3, residual / variance)
      this.sums.add(base, at + 4, 1 / variance)
    }
  }

  private addClock(
    base: number,
    target: Target,
    residuals: ReadonlyArray<number>,
    variances: ReadonlyArray<number>
  ): void {
    const rates = ratesOf(target)
    for (let i = 0; i < rates.length; i++) {
      const rate = rates[i] ?? 0
      const residual = residuals[i] ?? 0
      const variance = variances[i] ?? 0
      if (!(variance > 0) || residual * residual > farthest * farthest * variance) continue
      this.sums.add(base, clock, rate * rate / variance)
      this.sums.add(base, clock + 1, -residual * rate / variance)
      this.sums.add(base, clock + 2, 1)
    }
  }

  summary(now: UtcTime): ResidualSummary {
    const total = this.sums.total(now)
    const of = (index: number): number => total[index] ?? 0
    const components = this.components.flatMap((component, index): ReadonlyArray<ComponentResidual> => {
      const at = index * perComponent
      const count = of(at)
      if (count < 2) return []
      const mean = of(at + 1) / count
      return [{
        component: labelOf(component, index),
        unit: unitOf(component),
        count,
        bias: of(at + 3) / of(at + 4),
        biasSigma: 1 / Math.sqrt(of(at + 4)),
        normalisedBias: mean,
        normalisedScatter: Math.sqrt(Math.max(0, of(at + 2) / count - mean * mean))
      }]
    })
    const information = of(clock)
    const count = of(clock + 2)
    return {
      components,
      clockOffset: count < 2 || !(information > 0)
        ? undefined
        : { seconds: of(clock + 1) / information, sigma: 1 / Math.sqrt(information), count }
    }
  }
}

const none: ReadonlyArray<number> = []

/** How fast each of the first components changes by the sensor's own word. */
const ratesOf = (target: Target): ReadonlyArray<number> =>
  target._tag === "RangeRate" && target.range !== undefined && target.rangeRate !== undefined
    ? [target.rangeRate]
    : target._tag === "StateVector"
    ? target.velocity ?? none
    : none
