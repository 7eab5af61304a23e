/**
 * Pairs that stay together: which of them are docked.
 *
 * **Co-located** is who stays under the threshold and under 10 m/s through a whole slice. **Docked** is who also stays within 100 m and under
 * 0.1 m/s all that time. Bodies that are one structure are tracked as one, and their element sets are copies of one fit, so that SGP4 has
 * them at one place, a rounding of the elements apart (metres). Two that fly by themselves differ in eccentricity or plane by more: 0.1 m/s across low orbit
 * is 90 m of distance that opens and closes each revolution. So who passes at 150 m, or drifts by at a metre a second, is near and not docked,
 * and is told of; a docked pair with two independent fits is told of too, which is the side to err on.
 */

/** m/s: slower pairs count as staying together while they are under the threshold. */
export const togetherSpeed = 10
/** m and m/s. */
export const dockedDistance = 100
export const dockedSpeed = 0.1

/** A pair's company through a slice, in numbers. */
export interface Company {
  /** Greatest distance, m, and speed, m/s, among the times looked at. */
  readonly farthest: number
  readonly fastest: number
}

export const isDocked = ({ farthest, fastest }: Company): boolean =>
  farthest <= dockedDistance && fastest <= dockedSpeed
