/**
 * Whether an output's lineage is kept, decided by its id alone, so that every replica, every run and every replay decides the same.
 *
 * The whole id is hashed. The head sampler compares the last 7 bytes of the id as they are, so the two decisions have nothing in common.
 */
import { hash32 } from "../text/hash32.ts"

const range = 2 ** 32

/** Keeps a share of the ids; a greater ratio keeps all that a lesser one does. `ratio` is held to [0, 1]. */
export const keepsLineage = (ratio: number): (id: string) => boolean => {
  const threshold = Math.round(Math.min(1, Math.max(0, ratio)) * range)
  return (id) => hash32(id) < threshold
}
