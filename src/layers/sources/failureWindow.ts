/**
 * The rule by which a circuit opens: over half of the calls in a sliding time window failed.
 *
 * For `CircuitBreaker` with `consecutive(1)`: that one counts calls, not time, so the window decides here what it is told is a failure.
 * State: the outcomes within the window, at most `mostCalls` of them.
 */
import { CircuitBreaker } from "effect/persistence"

interface FailureWindowOptions {
  /** Milliseconds. */
  readonly window: number
  /** The circuit stays closed while fewer calls than this are in the window. */
  readonly minimumCalls: number
}

const mostCalls = 10_000

/** Takes the outcome of each call, in order, at monotonic milliseconds `now`, and says what the breaker is to be told. */
export const makeFailureWindow = (
  { minimumCalls, window }: FailureWindowOptions
): (now: number, failed: boolean) => CircuitBreaker.Outcome => {
  let calls: Array<{ readonly at: number; readonly failed: boolean }> = []
  let tripped = false
  return (now, failed) => {
    if (tripped) {
      // The probe after an open time decides alone.
      if (failed) return CircuitBreaker.failure()
      tripped = false
      calls = []
    }
    calls = [...calls.slice(-mostCalls).filter((call) => now - call.at < window), { at: now, failed }]
    if (!failed) return CircuitBreaker.success
    const failures = calls.filter((call) => call.failed).length
    if (calls.length < minimumCalls || failures * 2 <= calls.length) return CircuitBreaker.ignored
    tripped = true
    return CircuitBreaker.failure()
  }
}
