/** Times with nine decimals: more than a number holds, so lengths between two of them. */

/** Whole seconds and the nanoseconds after them. */
const partsOf = (time: string): readonly [seconds: number, nanos: number] => {
  const [, head = "", fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? []
  return [Date.parse(`${head}Z`) / 1000, Number(fraction.padEnd(9, "0").slice(0, 9))]
}

/** From `from` to `to`, nanoseconds. */
export const nanosBetween = (from: string, to: string): number => {
  const [a, b] = [partsOf(from), partsOf(to)]
  return (b[0] - a[0]) * 1e9 + b[1] - a[1]
}
