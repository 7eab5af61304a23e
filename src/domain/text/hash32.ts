/**
 * A 32-bit hash of a text: FNV-1a (draft-eastlake-fnv) of its UTF-16 units, then MurmurHash3's finaliser (A. Appleby, public domain), which
 * spreads every bit over all. For deciding and spreading, not against those who choose texts to collide.
 */

/** MurmurHash3's finaliser: every bit of the result depends on every bit of `x`. 0 to 2^32 - 1. */
export const mix32 = (x: number): number => {
  let hash = x ^ (x >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** 0 to 2^32 - 1. */
export const hash32 = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix32(hash)
}
