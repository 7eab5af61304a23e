/**
 * Time that a jump of the machine's clock does not carry away: somebody sets it, or corrects it by a step.
 *
 * The wall clock is followed as long as it runs with the monotonic one, so that it may be slewed. A step of more than a second is a **jump**: from then on
 * what is *received* is stamped with the later of the two times, so that no observation seems to lie in the future, and time that *passes* without one is
 * the earlier, so that none becomes late. A jump that is not taken back within 15 minutes is the time from then on.
 */
import { type Clock, Effect } from "effect"

const leastJumpMillis = 1000
const mostMillis = 15 * 60_000

export interface SteadyTime {
  /** Gives the later time; everything else is the clock's it stands on. */
  readonly clock: Clock.Clock
  /** By how much the clock is ahead of the time that passed since it was last right, ms: negative where it is behind, 0 where there is no jump. */
  readonly jumpMillis: () => number
}

export const makeSteadyTime = (base: Clock.Clock): SteadyTime => {
  let wall = base.currentTimeNanosUnsafe()
  let monotonic = base.monotonicTimeNanosUnsafe()

  /** The clock's time, and what it would be without a jump, ns. */
  const read = (): readonly [now: bigint, expected: bigint] => {
    const now = base.currentTimeNanosUnsafe()
    const at = base.monotonicTimeNanosUnsafe()
    const expected = wall + (at - monotonic)
    const jump = Number(now - expected) / 1e6
    if (Math.abs(jump) >= leastJumpMillis && Number(at - monotonic) / 1e6 < mostMillis) return [now, expected]
    wall = now
    monotonic = at
    return [now, now]
  }
  const later = (): bigint => {
    const [now, expected] = read()
    return now > expected ? now : expected
  }
  const millis = (): number => Number(later() / 1_000_000n)

  return {
    clock: {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: later,
      currentTimeNanos: Effect.sync(later),
      monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: base.monotonicTimeNanos,
      sleep: (duration) => base.sleep(duration)
    },
    jumpMillis: () => {
      const [now, expected] = read()
      return Number(now - expected) / 1e6
    }
  }
}
