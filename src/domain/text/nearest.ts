/** What somebody probably meant. */

/** Letters to add, take away, change or swap with their neighbour to make `b` of `a` (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity
      ))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The nearest of the known texts, the first where several are; `undefined` where more than a third of its letters would have to change. */
export const nearest = (text: string, known: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Infinity
  for (const candidate of known) {
    const letters = distance(text, candidate)
    if (letters < least && letters <= Math.max(text.length, candidate.length) / 3) {
      best = candidate
      least = letters
    }
  }
  return best
}
