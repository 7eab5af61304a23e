/** Whether time may be said to pass: not while this process was stopped, and not by a clock that jumped. */
import { type Clock, Effect } from "effect"

/** Between two beats, which come each second. */
const mostBetweenMillis = 2500

/** Beats that are left out after a stop: meanwhile the sockets are read. */
const skippedAfterStop = 2

/** Asked at each beat; false right after the process was stopped or blocked for a while. Of a clock that no scenario moves. */
export const makeBeat = (clock: Clock.Clock) => {
  let last = clock.monotonicTimeNanosUnsafe()
  let skip = 0
  return (): boolean => {
    const now = clock.monotonicTimeNanosUnsafe()
    if (Number(now - last) / 1e6 > mostBetweenMillis) skip = skippedAfterStop
    last = now
    if (skip === 0) return true
    skip--
    return false
  }
}

const seconds = (millis: number): string => `${(Math.abs(millis) / 1000).toFixed(1)} s`

/** Tells once that the clock jumped, and once that it is right again. */
export const makeTellJump = (jumpMillis: () => number): Effect.Effect<void> => {
  let told = false
  return Effect.suspend(() => {
    const jump = jumpMillis()
    if (jump !== 0 && !told) {
      told = true
      return Effect.logWarning(
        `the clock of this machine jumped ${seconds(jump)} ${
          jump > 0 ? "ahead" : "back"
        }: silent sensors are judged by the time that passed,`
          + " and no observation by the jump; if it stays, it is the time in 15 minutes"
      )
    }
    if (jump !== 0 || !told) return Effect.void
    told = false
    return Effect.logInfo("the clock of this machine is followed again")
  })
}
