/**
 * Chaos: some events of one stage are slow. Those that `where` names wait in front of it, all others pass as they come.
 *
 * What waits goes in with the first array after its time, so something must flow: a tick will do. At the end of the input, and before a commit unit
 * is cut, all of it goes in. State:
 * what waits, at most `capacity` (default 10,000); beyond that nothing more is held back.
 */
import { Clock, Effect, Layer } from "effect"
import { elementsOf, type Item, itemsOf } from "../../domain/stream/Batch.ts"
import type { Envelope, EventContext } from "../../domain/stream/Envelope.ts"
import { type ChaosPoint, StageChaos } from "./StageHooks.ts"

export interface HoldBackOptions {
  readonly stage: string
  readonly where: (context: EventContext) => boolean
  readonly millis: number
  readonly capacity?: number
}

interface Waiting<A> {
  readonly event: Envelope<A>
  readonly until: number
}

const holdBack = <A>(
  { capacity = 10_000, millis, where }: HoldBackOptions,
  clock: Clock.Clock
): ChaosPoint<A> => {
  let waiting: ReadonlyArray<Waiting<A>> = []
  return (elements) =>
    Effect.sync(() => {
      const now = clock.currentTimeMillisUnsafe()
      const items = itemsOf(elements)
      const ends = items.some((item) =>
        item._tag === "Barrier" || (item._tag === "Watermark" && item.time === Infinity)
      )
      const due: Array<Item<A>> = []
      const left: Array<Waiting<A>> = []
      for (const each of waiting) {
        if (ends || each.until <= now) due.push(each.event)
        else left.push(each)
      }
      const passing: Array<Item<A>> = []
      for (const item of items) {
        if (!ends && item._tag === "Event" && left.length < capacity && where(item.context)) {
          left.push({ event: item, until: now + millis })
        } else passing.push(item)
      }
      waiting = left
      return elementsOf([...due, ...passing])
    })
}

export const layerHoldBack = (options: HoldBackOptions): Layer.Layer<never> =>
  Layer.effect(
    StageChaos,
    Effect.map(Clock.Clock, (clock) => ({
      before: <A>(stage: string) => stage === options.stage ? holdBack<A>(options, clock) : undefined
    }))
  )
