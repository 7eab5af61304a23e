/** Events in some order of time that a bound allows, with watermarks that keep to it. */
import { Schema } from "effect"
import type { Item } from "../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../src/domain/stream/Envelope.ts"
import { contextOf } from "../../src/testing/envelopes.ts"

/** Greatest number of milliseconds by which an event is older than the newest. */
export const disorder = 40

/** `step`: how much later than the one before; `behind`: how far it is out of order; `mark`: whether a watermark follows. */
export const Timing = Schema.Struct({
  step: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })),
  behind: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: disorder })),
  mark: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))
})

export interface Timed<A> {
  readonly payload: A
  readonly time: number
}

/** No event is late: its time is above every watermark before it. */
export const timesOf = <A extends typeof Timing.Type>(drawn: ReadonlyArray<A>): ReadonlyArray<Timed<A>> => {
  let newest = 0
  return drawn.map((payload) => {
    newest += payload.step
    return { payload, time: newest - payload.behind }
  })
}

/** Events with the watermarks that their drawing asks for; `often`: after every event instead. */
export const itemsOf = <A extends typeof Timing.Type>(
  timed: ReadonlyArray<Timed<A>>,
  often = false
): ReadonlyArray<Item<A>> => {
  let newest = -Infinity
  return timed.flatMap(({ payload, time }, index): ReadonlyArray<Item<A>> => {
    newest = Math.max(newest, time)
    const event = envelope(payload, contextOf(index, { eventTime: time }))
    return often || payload.mark === 0 ? [event, watermark(newest - disorder - 1)] : [event]
  })
}
