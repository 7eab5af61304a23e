/** The name of a pair: both ids, in one order. */

/** By catalogue number where both are numbers, else by text; numbers come first. */
export const compareObjectIds = (a: string, b: string): number => {
  const [x, y] = [/^\d+$/.test(a) ? Number(a) : Infinity, /^\d+$/.test(b) ? Number(b) : Infinity]
  if (x !== y) return x < y ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** The two ids in order. */
export const pairOf = (a: string, b: string): readonly [a: string, b: string] =>
  compareObjectIds(a, b) <= 0 ? [a, b] : [b, a]
