/** The results of slice after slice as one. */
import { compareObjectIds } from "./objectPair.ts"
import type { ScreenResult, TogetherPair } from "./ScreenResult.ts"

const byPair = (x: TogetherPair, y: TogetherPair): number => compareObjectIds(x.a, y.a) || compareObjectIds(x.b, y.b)

/** Each pair once, where it was nearest. */
const nearest = (pairs: ReadonlyArray<TogetherPair>): ReadonlyArray<TogetherPair> => {
  const least = new Map<string, TogetherPair>()
  for (const pair of pairs) {
    const key = `${pair.a} ${pair.b}`
    const known = least.get(key)
    if (known === undefined || pair.missDistance < known.missDistance) least.set(key, pair)
  }
  return [...least.values()].toSorted(byPair)
}

/**
 * Events one after the other; a pair that stays together once in each list that it is in, with the slice in which it was nearest. In both
 * lists is who was docked in one slice and near in another.
 */
export const mergeScreens = (results: ReadonlyArray<ScreenResult>): ScreenResult => ({
  events: results.flatMap(({ events }) => events),
  suppressed: nearest(results.flatMap(({ suppressed }) => suppressed)),
  coLocated: nearest(results.flatMap(({ coLocated }) => coLocated))
})
