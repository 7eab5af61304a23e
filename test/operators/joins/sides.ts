/** Two kinds of events of one stream, and joins of them by hand: every pair is looked at. */
import { Schema } from "effect"
import { type Timed, Timing } from "../../support/timedItems.ts"

/** `side` 2 is of neither. */
export const Event = Schema.Struct({
  ...Timing.fields,
  side: Schema.Literals(["l", "r", "l", "r", "l", "r", "-"]),
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
  n: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999 }))
})
export type Event = typeof Event.Type
export const Events = Schema.Array(Event).check(Schema.isMinLength(1))

export const ofLeft = { select: (e: Event) => e.side === "l" ? e : undefined, key: (e: Event) => e.key }
export const ofRight = { select: (e: Event) => e.side === "r" ? e : undefined, key: (e: Event) => e.key }

/** Events told apart by their place. */
export const numbered = (events: ReadonlyArray<Event>): ReadonlyArray<Event> =>
  events.map((event, n) => ({ ...event, n }))

/** All pairs of a left and a right event of one key for which `matches` holds. */
export const pairs = (
  events: ReadonlyArray<Timed<Event>>,
  matches: (left: number, right: number) => boolean
): ReadonlyArray<readonly [Timed<Event>, Timed<Event>]> =>
  events.filter(({ payload }) => payload.side === "l").flatMap((left) =>
    events
      .filter(({ payload, time }) =>
        payload.side === "r" && payload.key === left.payload.key && matches(left.time, time)
      )
      .map((right) => [left, right] as const)
  )

export const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))
