/** An array that a stream may carry. */
export const isNonEmpty = <A>(array: ReadonlyArray<A>): array is readonly [A, ...Array<A>] => array.length > 0

/** An array to be filled from its first place to its last. Made as long as it will be: one that grows costs several times its size. */
// oxlint-disable-next-line no-new-array
export const arrayOf = <A>(length: number): Array<A> => new Array<A>(length)
