import { assert, describe, it } from "@effect/vitest"
import { identity, Schema } from "effect"
import { type Batch, batch, elementsOf, itemsOf, numberedBatch } from "../../../src/domain/stream/Batch.ts"
import { contextBelow, type EventContext, traceBelow } from "../../../src/domain/stream/Envelope.ts"
import { Place } from "../../../src/domain/stream/Place.ts"
import { saltOf, SequenceContext } from "../../../src/domain/stream/SequenceContext.ts"

const Event = Schema.Struct({ time: Schema.Int, sampled: Schema.Boolean })
const Events = Schema.Array(Event).check(Schema.isMinLength(1))
/** For each step: which of the events go on, over and over; none: all, with other payloads. */
const Steps = Schema.Array(Schema.Array(Schema.Boolean))

const array = { sourceId: "bids", salt: saltOf("bids"), first: 5, ingestTime: 200 }

const below = (context: EventContext): EventContext =>
  contextBelow(context, traceBelow(context.trace, `${context.trace.spanId ?? ""}x`), context.lineage, context.eventTime)

const sampledContext = (place: number, time: number): EventContext => {
  const context = new SequenceContext(array, place, time)
  return contextBelow(context, { ...context.trace, sampled: true }, undefined, time)
}

/** The same events, numbered and with all their contexts. */
const bothOf = (events: ReadonlyArray<typeof Event.Type>): readonly [numbered: Batch<number>, plain: Batch<number>] => {
  const payloads = events.map((_, place) => place)
  const followed = payloads.filter((place) => events[place]?.sampled === true)
  const contexts = events.map(({ sampled, time }, place) =>
    sampled ? sampledContext(place, time) : new SequenceContext(array, place, time)
  )
  const few = contexts.filter((_, place) => events[place]?.sampled === true)
  return [
    numberedBatch(payloads, array, events.map(({ time }) => time), followed, few),
    batch(payloads, contexts, undefined, followed)
  ]
}

const stepped = (events: Batch<number>, passes: ReadonlyArray<boolean>): Batch<number> | undefined => {
  if (passes.length === 0) return events.with(events.payloads.map((n) => n + 1000), undefined, below)
  const places = events.payloads.flatMap((_, place) => passes[place % passes.length] === true ? [place] : [])
  const payloads = events.payloads.filter((_, place) => places.includes(place))
  return places.length === 0 ? undefined : events.pick(payloads, places, undefined, below)
}

/** What a step sees of a batch as it goes through it. */
const seenBy = (events: Batch<number>) => {
  const place = new Place(events)
  return events.payloads.map((payload) => {
    place.advance()
    return { payload, time: place.time, context: place.context, followed: place.followed }
  })
}

describe("a batch", () => {
  it.prop(
    "of numbered events is that of their contexts, through whatever steps",
    [Events, Steps],
    ([events, steps]) => {
      let [numbered, plain] = bothOf(events)
      for (const passes of steps) {
        const next = [stepped(numbered, passes), stepped(plain, passes)] as const
        if (next[0] === undefined || next[1] === undefined) {
          assert.deepStrictEqual(next, [undefined, undefined])
          return
        }
        ;[numbered, plain] = [next[0], next[1]]
        assert.deepStrictEqual(seenBy(numbered), seenBy(plain))
        assert.deepStrictEqual(numbered.times, plain.times)
        assert.deepStrictEqual(numbered.times, seenBy(plain).map(({ time }) => time))
        assert.deepStrictEqual(numbered.followed, plain.followed)
        assert.deepStrictEqual(numbered.followedContexts, plain.followedContexts)
      }
      assert.deepStrictEqual(numbered.contexts, plain.contexts)
      assert.deepStrictEqual(itemsOf([numbered]), itemsOf([plain]))
    }
  )

  it.prop("is seen the same from any place on", [Events, Schema.Array(Schema.Boolean)], ([events, stops]) => {
    const [numbered] = bothOf(events)
    const all = seenBy(numbered)
    const place = new Place(numbered)
    all.forEach((seen, index) => {
      if (stops[index % Math.max(1, stops.length)] !== true) return
      place.moveTo(index)
      assert.deepStrictEqual([place.index, place.time, place.followed], [index, seen.time, seen.followed])
    })
  })

  it.prop("is taken apart and put together again as it was", [Events], ([events]) => {
    const [numbered] = bothOf(events)
    assert.deepStrictEqual(itemsOf(elementsOf(itemsOf([numbered]))), itemsOf([numbered]))
  })

  it.prop("is not changed by what is made of it", [Events, Schema.Array(Schema.Boolean)], ([events, passes]) => {
    const [numbered, plain] = bothOf(events)
    const before = seenBy(plain)
    for (const each of [numbered, plain]) {
      stepped(each, passes)
      each.with(each.payloads, undefined, identity)
      assert.deepStrictEqual(seenBy(each), before)
    }
  })
})
