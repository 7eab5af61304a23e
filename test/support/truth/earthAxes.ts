/**
 * GCRF to ITRF by IAU 2006 precession (Fukushima-Williams angles) and the largest twenty terms of IAU 2000B nutation, 10 mas; UT1 = UTC, no polar
 * motion. Written apart from `src`, which has the chain of 1976 and 1980.
 *
 * Source: IERS Conventions (2010), ch. 5; Capitaine and Wallace (2006).
 */

const arcsecond = Math.PI / 648_000
const turn = 2 * Math.PI
const j2000 = Date.UTC(2000, 0, 1, 12)
/** TT - UTC since 2017, s. */
const ttMinusUtc = 69.184

export type Matrix3 = ReadonlyArray<number>

const about = (axis: 0 | 1 | 2, angle: number): Matrix3 => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  if (axis === 0) return [1, 0, 0, 0, c, s, 0, -s, c]
  if (axis === 1) return [c, 0, -s, 0, 1, 0, s, 0, c]
  return [c, s, 0, -s, c, 0, 0, 0, 1]
}

export const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  Array.from({ length: 9 }, (_, index) => {
    const [i, j] = [Math.floor(index / 3), index % 3]
    return [0, 1, 2].reduce((sum, k) => sum + (a[3 * i + k] ?? 0) * (b[3 * k + j] ?? 0), 0)
  })

/** l, l', F, D, Om; longitude (sine) and obliquity (cosine), arcsecond. */
const terms: ReadonlyArray<ReadonlyArray<number>> = [
  [0, 0, 0, 0, 1, -17.2064161, 9.2052331],
  [0, 0, 2, -2, 2, -1.3170906, 0.5730336],
  [0, 0, 2, 0, 2, -0.2276413, 0.0978459],
  [0, 0, 0, 0, 2, 0.2074554, -0.0897492],
  [0, 1, 0, 0, 0, 0.1475877, 0.0073871],
  [0, 1, 2, -2, 2, -0.0516821, 0.0224386],
  [1, 0, 0, 0, 0, 0.0711159, -0.000675],
  [0, 0, 2, 0, 1, -0.0387298, 0.0200728],
  [1, 0, 2, 0, 2, -0.0301461, 0.0129025],
  [0, -1, 2, -2, 2, 0.0215829, -0.0095929],
  [0, 0, 2, -2, 1, 0.0128227, -0.0068982],
  [-1, 0, 2, 0, 2, 0.0123457, -0.0053311],
  [-1, 0, 0, 2, 0, 0.0156994, -0.0001235],
  [1, 0, 0, 0, 1, 0.006311, -0.0033228],
  [-1, 0, 0, 0, 1, -0.0057976, 0.0031429],
  [-1, 0, 2, 2, 2, -0.0059641, 0.0025543],
  [1, 0, 2, 0, 1, -0.0051613, 0.0026366],
  [-2, 0, 2, 0, 1, 0.0045893, -0.0024236],
  [0, 0, 0, 2, 0, 0.0063384, -0.000122],
  [0, 0, 2, 2, 2, -0.0038571, 0.0016452]
]

/** Julian centuries of TT since J2000. */
export const centuries = (time: number): number => (time - j2000 + 1000 * ttMinusUtc) / (36_525 * 86_400_000)

/** GCRF to the true equator and equinox of date, and what sidereal time is more than the Earth rotation angle, rad. */
export const equatorOfDate = (time: number): { readonly matrix: Matrix3; readonly origins: number } => {
  const t = centuries(time)
  const degree = Math.PI / 180
  const l = (134.96340251 + 477_198.8675605 * t) * degree
  const lPrime = (357.52910918 + 35_999.0502911 * t) * degree
  const f = (93.27209062 + 483_202.0174577 * t) * degree
  const d = (297.85019547 + 445_267.1114469 * t) * degree
  const om = (125.04455501 - 1934.1361851 * t) * degree
  let psi = 0
  let eps = 0
  for (const [a = 0, b = 0, c = 0, e = 0, g = 0, sine = 0, cosine = 0] of terms) {
    const angle = a * l + b * lPrime + c * f + e * d + g * om
    psi += sine * Math.sin(angle)
    eps += cosine * Math.cos(angle)
  }
  const gamma = (-0.052928 + t * (10.556378 + t * 0.4932044)) * arcsecond
  const phi = (84_381.412819 + t * (-46.811016 + t * 0.0511268)) * arcsecond
  const psiBar = (-0.041775 + t * (5038.481484 + t * 1.5584175)) * arcsecond
  const mean = (84_381.406 + t * (-46.836769 - t * 0.0001831)) * arcsecond
  const matrix = product(
    about(0, -(mean + eps * arcsecond)),
    product(about(2, -(psiBar + psi * arcsecond)), product(about(0, phi), about(2, gamma)))
  )
  const equinoxes = psi * Math.cos(mean) + 0.00264096 * Math.sin(om) + 0.00006352 * Math.sin(2 * om)
  const origins = (0.014506 + t * (4612.156534 + t * 1.3915817) + equinoxes) * arcsecond
  return { matrix, origins }
}

/** Earth rotation angle, rad, with UT1 = UTC. */
export const rotationAngle = (time: number): number => {
  const days = (time - j2000) / 86_400_000
  const whole = Math.floor(days)
  return turn * (0.779057273264 + (days - whole) + 0.00273781191135448 * days)
}

/** rad/s */
export const spin = 7.292115146706979e-5

export const gcrfToItrf = (time: number): Matrix3 => {
  const { matrix, origins } = equatorOfDate(time)
  return product(about(2, rotationAngle(time) + origins), matrix)
}
