/** An array to be filled from its first place to its last. Made as long as it will be: one that grows costs several times its size. */
// oxlint-disable-next-line no-new-array
export const arrayOf = <A>(length: number): Array<A> => new Array<A>(length)

/** {@link arrayOf} for times: where the engine makes them it learns that these hold doubles, and boxes none. */
// oxlint-disable-next-line no-new-array
export const timesOf = (length: number): Array<number> => new Array<number>(length)
