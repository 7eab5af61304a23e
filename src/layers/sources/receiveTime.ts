/** When a record was received, by Effect's clock. */
import type { Clock } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** Now, with its fraction of a millisecond: u64 nanoseconds rounded once to 0.24 µs. */
export const receiveTime = (clock: Clock.Clock): UtcTime => {
  const nanos = clock.currentTimeNanosUnsafe()
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6
}
