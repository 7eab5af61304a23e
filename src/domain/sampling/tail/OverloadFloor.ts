/**
 * The floor that overload puts under all thresholds: the greatest that was raised within the last `holdMillis`. It must be held at least as
 * long as a trace waits, so that a trace that is decided has seen no floor higher than the present one, but for that at its arrival.
 *
 * State: the raises that may yet become the greatest, in falling order.
 */
import { always, compareBits, type Threshold } from "../head/threshold.ts"

export interface OverloadFloor {
  readonly raise: (threshold: Threshold, now: number) => void
  readonly at: (now: number) => Threshold
}

export const makeOverloadFloor = (holdMillis: number): OverloadFloor => {
  const raises: Array<{ readonly threshold: Threshold; readonly until: number }> = []
  let first = 0
  return {
    raise: (threshold, now) => {
      let last = raises[raises.length - 1]
      while (last !== undefined && raises.length > first && compareBits(last.threshold, threshold) <= 0) {
        raises.pop()
        last = raises[raises.length - 1]
      }
      raises.push({ threshold, until: now + holdMillis })
    },
    at: (now) => {
      let raise = raises[first]
      while (raise !== undefined && raise.until < now) raise = raises[++first]
      if (first > 1024 || raise === undefined) {
        raises.splice(0, first)
        first = 0
      }
      return raise?.threshold ?? always
    }
  }
}
