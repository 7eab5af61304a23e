/** How gravity changes with the place: point mass and oblateness, what a transition matrix needs. */

const gravitationalParameter = 3.986004415e14
const oblateness = 1.5 * 1.0826267e-3 * gravitationalParameter * 6_378_136.3 * 6_378_136.3

/**
 * Fills `out` (9, row by row, symmetric) with d acceleration / d position, 1/s², at a position in GCRF. The Earth's axis is taken as that of
 * GCRF, which is 1e-3 of what the oblateness itself is.
 */
export const gravityGradient = (x: number, y: number, z: number, out: Float64Array): void => {
  const r2 = x * x + y * y + z * z
  const r = Math.sqrt(r2)
  const mass = gravitationalParameter / (r2 * r)
  const mass3 = 3 * mass / r2
  const r7 = oblateness / (r2 * r2 * r2 * r)
  const s = z * z / r2
  const f = r7 * r2 * (1 - 5 * s)
  const g = r7 * r2 * (3 - 5 * s)
  const across = mass3 - r7 * (35 * s - 5)
  const up = mass3 - r7 * (35 * s - 15)
  out[0] = across * x * x - mass - f
  out[1] = across * x * y
  out[2] = up * x * z
  out[3] = out[1]
  out[4] = across * y * y - mass - f
  out[5] = up * y * z
  out[6] = out[2]
  out[7] = out[5]
  out[8] = (mass3 - r7 * (35 * s - 25)) * z * z - mass - g
}
