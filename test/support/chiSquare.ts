/** Quantile of chi-square by Wilson and Hilferty's cube (within 1 % from 10 degrees of freedom on). `z` is the normal quantile. */
export const chiSquareQuantile = (degrees: number, z: number): number => {
  const a = 2 / (9 * degrees)
  return degrees * (1 - a + z * Math.sqrt(a)) ** 3
}

/** Normal quantiles of 0.0005 and 0.9995: one test in a thousand is outside by chance. */
export const rare = 3.29
