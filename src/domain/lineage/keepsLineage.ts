/**
 * Whether an output's lineage is kept, decided by its id alone, so that every replica, every run and every replay decides the same.
 *
 * The whole id is hashed: 32-bit FNV-1a (draft-eastlake-fnv), then the finaliser of MurmurHash3, which spreads every bit over all. The
 * head sampler compares the last 7 bytes of the id as they are, so the two decisions have nothing in common.
 */

const range = 2 ** 32

/** 0 to 2^32 - 1. */
export const lineageHash = (id: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35)
  return (hash ^ hash >>> 16) >>> 0
}

/** Keeps a share of the ids; a greater ratio keeps all that a lesser one does. `ratio` is held to [0, 1]. */
export const keepsLineage = (ratio: number): (id: string) => boolean => {
  const threshold = Math.round(Math.min(1, Math.max(0, ratio)) * range)
  return (id) => lineageHash(id) < threshold
}
