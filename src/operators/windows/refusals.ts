/** Events that a window does not take: each is a dead letter, none is lost in silence. */
import type { EventContext, Hop } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import type { Collector } from "../Stage.ts"

/** Takes dead letters. */
export type Graveyard = Pick<Collector<never>, "dead">

interface Refused {
  readonly context: EventContext
  readonly hop: Hop | undefined
}

/** The time of the event says nothing. */
export const refuseTime = (event: Refused, collector: Graveyard): void =>
  collector.dead(event, "ValidationFailed", `an event time of ${event.context.eventTime} is in no window`)

/** `limit`: the last watermark at which the event would have been taken in. */
export const refuseLate = (event: Refused, limit: UtcTime, watermark: UtcTime, collector: Graveyard): void => {
  const by = watermark === Infinity
    ? "the end of the input"
    : `its window by ${((watermark - limit) / 1000).toFixed(3)} s`
  collector.dead(event, "Late", `came after ${by}`)
}

/** One entry more would be over the bound. */
export const refuseFull = (event: Refused, maxEntries: number, collector: Graveyard): void =>
  collector.dead(event, "Shed", `the windows hold ${maxEntries} entries, their most`)

/** The aggregate has no room for it. */
export const refuseNoRoom = (event: Refused, collector: Graveyard): void =>
  collector.dead(event, "Shed", "the aggregate of its window is full")
