/** Loops over the payloads of an array; those that call a function of the caller's by {@link withOwnCode} for each function. */
import { withOwnCode } from "./withOwnCode.ts"

/** Writes the payloads that pass, and their places, which ascend, and says how many they are. */
export const choose = <A>(
  payloads: ReadonlyArray<A>,
  chosen: Array<A>,
  places: Array<number>,
  predicate: (payload: A) => boolean
): number => {
  let count = 0
  let index = 0
  for (const payload of payloads) {
    if (predicate(payload)) {
      chosen[count] = payload
      places[count++] = index
    }
    index++
  }
  return count
}

/** Writes what `f` makes of each payload to its place. */
export const mapInto = <A, B>(payloads: ReadonlyArray<A>, outputs: Array<B>, f: (payload: A) => B): void => {
  let index = 0
  for (const payload of payloads) outputs[index++] = f(payload)
}

/** Writes the event time of each payload to its place, and gives the greatest of them and of `newest`. */
export const readTimes = <A>(
  payloads: ReadonlyArray<A>,
  times: Array<number>,
  eventTime: (payload: A) => number,
  newest: number
): number => {
  let greatest = newest
  let index = 0
  for (const payload of payloads) {
    const time = eventTime(payload)
    if (time > greatest) greatest = time
    times[index++] = time
  }
  return greatest
}

export const chooseFor = withOwnCode(choose)
export const mapIntoFor = withOwnCode(mapInto)
export const readTimesFor = withOwnCode(readTimes)
