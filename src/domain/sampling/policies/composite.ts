/**
 * `composite`: several policies share one rate of spans a second by percentages. It is made of the others: each policy is held to its share
 * by {@link rateLimiting}, and all are joined by {@link or}. A trace that two of them keep counts against both shares.
 */
import { Result } from "effect"
import { or } from "./or.ts"
import { type CheckedPolicy, PolicyError } from "./Policy.ts"
import { rateLimiting } from "./rateLimiting.ts"

interface Share {
  /** Above 0; all of them together at most 100. */
  readonly percent: number
  readonly policy: CheckedPolicy
}

export const composite = (
  spansPerSecond: number,
  first: Share,
  ...more: ReadonlyArray<Share>
): ReturnType<typeof or> => {
  const total = [first, ...more].reduce((sum, { percent }) => sum + percent, 0)
  if (!(total <= 100)) {
    return Result.fail(new PolicyError({ message: `composite: expected shares of at most 100 percent, got ${total}` }))
  }
  const limited = ({ percent, policy }: Share) =>
    rateLimiting({ unit: "spans", perSecond: spansPerSecond * percent / 100 }, policy)
  return or(limited(first), ...more.map(limited))
}
