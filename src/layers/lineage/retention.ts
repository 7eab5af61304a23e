/** How much lineage is kept unless it is said otherwise. */

export const defaultRetentionMillis = 30 * 86_400_000

/** Nodes. */
export const defaultCapacity = 1_000_000
