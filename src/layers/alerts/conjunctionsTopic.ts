/** The topic of conjunctions that raise no alert, since no protected object has a part in them: records as those of `alerts`. */
export const conjunctionsTopic = "conjunctions"

/** They are many, and nobody is woken by them. */
export const conjunctionsRetentionMillis = 7 * 86_400_000
