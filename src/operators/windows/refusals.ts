/** Events that a window does not take: each is a dead letter, none is lost in silence. */
import type { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/Stage.ts"

/** Takes dead letters. */
export type Graveyard = Pick<Collector<never>, "dead">

/** The time of the event says nothing. */
export const refuseTime = (place: Place, collector: Graveyard): void =>
  collector.dead(place, "ValidationFailed", `an event time of ${place.time} is in no window`)

/** `limit`: the last watermark at which the event would have been taken in. */
export const refuseLate = (place: Place, limit: UtcTime, watermark: UtcTime, collector: Graveyard): void => {
  const by = watermark === Infinity
    ? "the end of the input"
    : `its window by ${((watermark - limit) / 1000).toFixed(3)} s`
  collector.dead(place, "Late", `came after ${by}`)
}

/** One entry more would be over the bound. */
export const refuseFull = (place: Place, maxEntries: number, collector: Graveyard): void =>
  collector.dead(place, "Shed", `the windows hold ${maxEntries} entries, their most`)

/** The aggregate has no room for it. */
export const refuseNoRoom = (place: Place, collector: Graveyard): void =>
  collector.dead(place, "Shed", "the aggregate of its window is full")
