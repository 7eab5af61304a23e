/** An array that a stream may carry. */
export const isNonEmpty = <A>(array: ReadonlyArray<A>): array is readonly [A, ...Array<A>] => array.length > 0
