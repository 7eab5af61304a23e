/** The loop that fills a window without a key: events in a row are added without a look at anything but their times. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** What a loop begins with and leaves behind. */
export interface Run<Acc> {
  acc: Acc
  /** Of the times of what was added; left behind only. */
  least: UtcTime
  greatest: UtcTime
}

/**
 * Adds the payloads from the place `from` on and before `to`, as long as their times are in [start, end) and there is room, and says where it
 * stopped. An `undefined` payload ends it too: it is left to who takes events one by one.
 */
export const addRun = <A, Acc>(
  payloads: ReadonlyArray<A>,
  times: ReadonlyArray<UtcTime>,
  from: number,
  to: number,
  start: UtcTime,
  end: UtcTime,
  run: Run<Acc>,
  add: (acc: Acc, payload: A) => Acc,
  hasRoom: ((acc: Acc, payload: A) => boolean) | undefined
): number => {
  let { acc } = run
  let least = Infinity
  let greatest = -Infinity
  let at = from
  while (at < to) {
    const time = times[at]
    const payload = payloads[at]
    // Said so that NaN, which is in no window, is not let through.
    if (payload === undefined || time === undefined || !(time >= start && time < end)) break
    if (hasRoom !== undefined && !hasRoom(acc, payload)) break
    acc = add(acc, payload)
    if (time < least) least = time
    if (time > greatest) greatest = time
    at++
  }
  run.acc = acc
  run.least = least
  run.greatest = greatest
  return at
}
