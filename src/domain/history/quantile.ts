/** A quantile of what was added to a histogram between two looks at its cumulative buckets. */

type Buckets = ReadonlyArray<readonly [boundary: number, count: number]>

/**
 * Interpolated within its bucket; above the last boundary it is that boundary. `undefined` where nothing was added. `before` is empty at the first look.
 */
export const quantileBetween = (
  before: Buckets,
  after: Buckets,
  count: number,
  quantile: number
): number | undefined => {
  if (count <= 0) return undefined
  const rank = quantile * count
  let below = 0
  let lower = 0
  for (let index = 0; index < after.length; index++) {
    const [boundary = 0, cumulative = 0] = after[index] ?? []
    const added = cumulative - (before[index]?.[1] ?? 0)
    if (added >= rank) {
      const inside = added - below
      return inside > 0 ? lower + (boundary - lower) * (rank - below) / inside : boundary
    }
    below = added
    lower = boundary
  }
  return lower
}
