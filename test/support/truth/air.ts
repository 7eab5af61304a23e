/**
 * The air of the truth: Harris and Priester's densities with their bulge two hours behind the Sun (as in Montenbruck and Gill, Satellite Orbits
 * (2000), section 3.5.2), times a wander that nobody knows: e to a sum of six slow waves, 15 % in the mean square.
 */
import { stream } from "../../../src/domain/simulation/random.ts"

/** km; 1e-12 kg/m³ at night and in the bulge. */
const table: ReadonlyArray<readonly [number, number, number]> = [
  [100, 497_400, 497_400],
  [120, 24_900, 24_900],
  [140, 3899, 4059],
  [160, 1263, 1344],
  [180, 528.3, 601],
  [200, 255.7, 316.2],
  [220, 134.1, 185.3],
  [240, 74.88, 115.7],
  [260, 44.03, 75.55],
  [280, 26.97, 50.95],
  [300, 17.08, 35.26],
  [320, 10.99, 25.11],
  [340, 7.214, 18.19],
  [360, 4.824, 13.37],
  [380, 3.274, 9.955],
  [400, 2.249, 7.492],
  [420, 1.558, 5.684],
  [440, 1.091, 4.355],
  [460, 0.7701, 3.362],
  [480, 0.5474, 2.612],
  [500, 0.3916, 2.042],
  [520, 0.2819, 1.605],
  [540, 0.2042, 1.267],
  [560, 0.1488, 1.005],
  [580, 0.1092, 0.7997],
  [600, 0.0807, 0.639],
  [620, 0.06012, 0.5123],
  [640, 0.04519, 0.4121],
  [660, 0.0343, 0.3325],
  [680, 0.02632, 0.2691],
  [700, 0.02043, 0.2185],
  [720, 0.01607, 0.1779],
  [740, 0.01281, 0.1452],
  [760, 0.01036, 0.119],
  [780, 0.008496, 0.09776],
  [800, 0.007069, 0.08059],
  [840, 0.00468, 0.05741],
  [880, 0.0032, 0.0421],
  [920, 0.00221, 0.0313],
  [960, 0.00156, 0.0236],
  [1000, 0.00115, 0.0181]
]

const between = (height: number, column: 1 | 2): number => {
  const km = height / 1000
  let row = table.findIndex(([upper]) => upper > km)
  if (row < 0) row = table.length - 1
  row = Math.max(1, row)
  const [low, high] = [table[row - 1], table[row]]
  if (low === undefined || high === undefined) return 0
  const slope = Math.log(high[column] / low[column]) / (high[0] - low[0])
  return 1e-12 * low[column] * Math.exp(slope * (km - low[0]))
}

/** kg/m³; `cosine` of the angle to the bulge's apex. */
export const bulgedDensity = (height: number, cosine: number): number => {
  if (height > 2_000_000) return 0
  const night = between(height, 1)
  const day = between(height, 2)
  return night + (day - night) * ((1 + cosine) / 2) ** 2
}

/** Lag of the bulge behind the Sun in right ascension, rad. */
export const bulgeLag = Math.PI / 6

const wanderRms = 0.15
const waves = 6

/** The factor of the wander at a time, ms. */
export const wander = (seed: number, name: string): (time: number) => number => {
  const random = stream(seed, "air", name)
  const parts = Array.from({ length: waves }, () => ({
    rate: 2 * Math.PI / (3_600_000 * Math.exp(random.between(Math.log(12), Math.log(120)))),
    phase: random.between(0, 2 * Math.PI)
  }))
  const size = wanderRms * Math.sqrt(2 / waves)
  return (time) => Math.exp(parts.reduce((sum, { phase, rate }) => sum + size * Math.sin(rate * time + phase), 0))
}
