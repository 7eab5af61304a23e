/**
 * Density of the air by height alone: exponentials between tabulated heights.
 *
 * The air over a place swells by a factor of two and more with the sun and its activity; a filter that estimates a ballistic coefficient
 * takes up the mean of that, and its process noise the rest.
 *
 * Source: Vallado, Fundamentals of Astrodynamics and Applications (4th ed. 2013), table 8-4 (US Standard Atmosphere 1976 and CIRA-72).
 */

/** From this height, km: density, kg/m³. Between two rows the density falls exponentially; over the last by its own scale height. */
const table: ReadonlyArray<readonly [height: number, density: number]> = [
  [0, 1.225],
  [25, 3.899e-2],
  [30, 1.774e-2],
  [40, 3.972e-3],
  [50, 1.057e-3],
  [60, 3.206e-4],
  [70, 8.77e-5],
  [80, 1.905e-5],
  [90, 3.396e-6],
  [100, 5.297e-7],
  [110, 9.661e-8],
  [120, 2.438e-8],
  [130, 8.484e-9],
  [140, 3.845e-9],
  [150, 2.07e-9],
  [180, 5.464e-10],
  [200, 2.789e-10],
  [250, 7.248e-11],
  [300, 2.418e-11],
  [350, 9.518e-12],
  [400, 3.725e-12],
  [450, 1.585e-12],
  [500, 6.967e-13],
  [600, 1.454e-13],
  [700, 3.614e-14],
  [800, 1.17e-14],
  [900, 5.245e-15],
  [1000, 3.019e-15]
]
/** km */
const lastScale = 268

/** By the whole 10 km: logarithm of the density at its lower end and its slope a metre. */
const bins = new Float64Array(2 * 101)
for (let bin = 0; bin <= 100; bin++) {
  const kilometres = 10 * bin
  const above = table.findIndex(([height]) => height > kilometres)
  const [h0, d0] = table[above < 0 ? table.length - 1 : above - 1] ?? [0, 0]
  const [h1, d1] = table[above] ?? [h0 + lastScale, d0 / Math.E]
  const slope = Math.log(d1 / d0) / (h1 - h0)
  bins[2 * bin] = Math.log(d0) + slope * (kilometres - h0)
  bins[2 * bin + 1] = slope / 1000
}

/** Density, kg/m³, at a height over the ellipsoid, m. Nothing is said of the air over 2500 km: there is none. */
export const density = (height: number): number => {
  if (height > 2_500_000) return 0
  // The rows at 25 km and 150 km and under are all the same to a satellite: bins of 10 km do for them.
  const bin = height <= 0 ? 0 : Math.min(100, Math.floor(height / 10_000))
  return Math.exp((bins[2 * bin] ?? 0) + (bins[2 * bin + 1] ?? 0) * (height - 10_000 * bin))
}

/** By how much the logarithm of the density swings from the night side to the day side: 0.8 at 400 km, 1.6 at 600 km, 2.4 from 800 km on. */
const swing = (height: number): number => 0.8 * Math.min(3, Math.max(0, height - 200_000) / 200_000)

/**
 * {@link density} with the bulge of the day: `cosine` is that of the angle to its top, two hours behind the Sun. A wave of the density's logarithm
 * that grows with the height, 2.2 times between night and day at 400 km and five times at 600 km.
 *
 * Source of the sizes: Jacchia, Revised Static Models of the Thermosphere and Exosphere, SAO Special Report 332 (1971).
 */
export const bulgedDensity = (height: number, cosine: number): number =>
  height > 2_500_000 ? 0 : density(height) * Math.exp(swing(height) / 2 * cosine)
