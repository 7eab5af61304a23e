/** Which parents a fan-in names. */
import { mostParents } from "./LineageRecord.ts"

export interface WeighedParent {
  readonly id: string
  /** How much it bears on the output: an information gain, a share of the evidence, a count. Not a number counts as least. */
  readonly weight: number
}

const areEqual = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

const heavier = (a: WeighedParent, b: WeighedParent): number =>
  areEqual(a.weight, b.weight) ? (a.id < b.id ? -1 : 1) : Number.isNaN(b.weight) || a.weight > b.weight ? -1 : 1

/**
 * The ids of those that weigh most, heaviest first; of equals the lesser id, so that the answer does not depend on the order of arrival.
 * An id that comes twice counts with its greater weight.
 */
export const heaviestParents = (parents: Iterable<WeighedParent>, most = mostParents): ReadonlyArray<string> => {
  const kept: Array<WeighedParent> = []
  for (const parent of parents) {
    const known = kept.findIndex(({ id }) => id === parent.id)
    const held = kept[known]
    if (held !== undefined) {
      if (heavier(held, parent) < 0) continue
      kept.splice(known, 1)
    }
    const at = kept.findIndex((other) => heavier(parent, other) < 0)
    kept.splice(at < 0 ? kept.length : at, 0, parent)
    if (kept.length > most) kept.pop()
  }
  return kept.map(({ id }) => id)
}
