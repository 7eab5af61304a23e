import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { batch, numberedBatch } from "../../../src/domain/stream/Batch.ts"
import { Contributors, maxSampled } from "../../../src/domain/stream/Contributors.ts"
import {
  ContextRecord,
  contributorsOf,
  ContributorsRecord,
  readContext,
  writeContext,
  writeContributors
} from "../../../src/domain/stream/contributorsCodec.ts"
import { contextBelow } from "../../../src/domain/stream/Envelope.ts"
import { Place } from "../../../src/domain/stream/Place.ts"
import { saltOf, SequenceContext, sequenceId, sequenceIds } from "../../../src/domain/stream/SequenceContext.ts"
import { binary } from "../../../src/operators/state/Binary.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

const Event = Schema.Struct({
  time: Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 })),
  sampled: Schema.Boolean,
  lineage: Schema.Boolean
})
type Event = typeof Event.Type

const contextsOf = (events: ReadonlyArray<Event>, from = 0) =>
  events.map(({ lineage, sampled, time }, i) =>
    contextOf(from + i, {
      eventTime: time,
      sampled,
      position: { topic: "t", partition: 1, offset: i },
      lineage: lineage ? { operator: "o", at: 1, parents: ["p"], parentCount: 1, previous: "source" } : undefined,
      raw: i % 3 === 0
        ? { format: "radar", source: "s", bytes: new Uint8Array([i % 256, 255, 0]), locator: "l" }
        : undefined
    })
  )

const sets = binary(ContributorsRecord)
const contexts = binary(ContextRecord)

const setOf = (contexts: ReturnType<typeof contextsOf>): Contributors => {
  const set = new Contributors()
  for (const context of contexts) {
    if (context.trace.sampled) set.addSampled(context, undefined, 7n)
    else set.add(context, undefined)
  }
  return set
}

describe("contributors", () => {
  it.prop(
    "count all, name the first, the last and at most 16 sampled, and know the range",
    [Schema.Array(Event)],
    ([events]) => {
      const contexts = contextsOf(events)
      const set = setOf(contexts)
      const times = contexts.map(({ eventTime }) => eventTime)
      assert.strictEqual(set.count, events.length)
      assert.strictEqual(set.first, contexts[0])
      assert.strictEqual(set.last, contexts.at(-1))
      assert.strictEqual(set.from, Math.min(...times))
      assert.strictEqual(set.to, Math.max(...times))
      const sampled = contexts.filter(({ trace }) => trace.sampled)
      assert.deepStrictEqual(set.sampled?.map(({ context }) => context) ?? [], sampled.slice(0, maxSampled))
      assert.isAtMost(set.named().length, maxSampled + 2)
    }
  )

  it.prop(
    "taken in by runs, they are those taken in one by one, of numbered events and of others",
    [Schema.NonEmptyArray(Schema.Int), Schema.Boolean, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))],
    ([times, numbered, cut]) => {
      const array = { sourceId: "bids", salt: saltOf("bids"), first: 5, ingestTime: 200 }
      const payloads = times.map((_, place) => place)
      const contexts = times.map((time, place) => new SequenceContext(array, place, time))
      const events = numbered ? numberedBatch(payloads, array, times, [], []) : batch(payloads, contexts, undefined, [])
      const [singly, byRuns] = [new Contributors(), new Contributors()]
      const place = new Place(events)
      for (const _ of payloads) {
        place.advance()
        singly.add(place.context, place.hop)
      }
      const middle = Math.min(cut, times.length)
      for (const [from, to] of [[0, middle], [middle, times.length]] as const) {
        const run = times.slice(from, to)
        if (to > from) byRuns.addRun(events, from, to, Math.min(...run), Math.max(...run))
      }
      assert.deepStrictEqual(writeContributors(byRuns), writeContributors(singly))
      assert.deepStrictEqual(byRuns.first?.id, contexts[0]?.id)
      assert.deepStrictEqual(byRuns.last?.id, contexts.at(-1)?.id)
    }
  )

  it.prop("merged, they are those of all events in a row", [Schema.Array(Event), Schema.Array(Event)], ([one, two]) => {
    const first = contextsOf(one)
    const second = contextsOf(two, 1000)
    const merged = setOf(first)
    const other = setOf(second)
    const before = writeContributors(other)
    merged.merge(other)
    assert.deepStrictEqual(merged, setOf([...first, ...second]))
    assert.deepStrictEqual(writeContributors(other), before)
  })

  it.prop(
    "of numbered events name the same first and last, merged or not, looked at before or not",
    [Schema.NonEmptyArray(Schema.Int), Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })), Schema.Boolean],
    ([times, cut, looks]) => {
      const array = { sourceId: "bids", salt: saltOf("bids"), first: 5, ingestTime: 200 }
      const place = new Place(numberedBatch(times.map((_, at) => at), array, times, [], []))
      const [whole, one, two] = [new Contributors(), new Contributors(), new Contributors()]
      times.forEach((_, at) => {
        place.advance()
        for (const set of [whole, at < cut ? one : two]) set.add(place.context, place.hop)
        if (looks) assert.strictEqual(one.count === 1 ? one.first : undefined, one.count === 1 ? one.last : undefined)
      })
      one.merge(two)
      const expected = times.map((time, at) => new SequenceContext(array, at, time))
      for (const set of [one, whole]) {
        assert.strictEqual(set.count, times.length)
        assert.deepStrictEqual([set.first, set.last], [expected[0], expected.at(-1)])
      }
      assert.deepStrictEqual(writeContributors(one), writeContributors(whole))
    }
  )

  it.prop("survive a snapshot", [Schema.Array(Event)], ([events]) => {
    const set = setOf(contextsOf(events))
    const kept = sets.read(sets.write(writeContributors(set)))
    assert.deepStrictEqual(kept === undefined ? undefined : contributorsOf(kept), set)
  })

  it("what is no contributor set is not read as one", () => {
    assert.isUndefined(sets.read(new Uint8Array([1, 2, 3])))
    assert.isUndefined(contexts.read(new Uint8Array(0)))
  })
})

describe("a numbered context", () => {
  const salt = saltOf("bids")
  const array = { sourceId: "bids", salt, first: 5, ingestTime: 200 }

  it("has one id for its number, which is its trace id, and is written like any other", () => {
    const context = new SequenceContext(array, 2, 100)
    assert.match(context.id, /^[0-9a-f]{32}$/)
    assert.strictEqual(context.id, sequenceId(salt, 7))
    assert.strictEqual(context.trace.traceId, context.id)
    assert.deepStrictEqual([context.eventTime, context.ingestTime, context.sourceId], [100, 200, "bids"])
    assert.deepStrictEqual(
      readContext(contexts.read(contexts.write(writeContext(context))) ?? assert.fail("nothing was read")),
      contextBelow(context, context.trace, context.lineage, context.eventTime)
    )
  })

  it("ids made many at once are those made one by one, also over 2^32", () => {
    const places = Array.from({ length: 100 }, (_, i) => i * i)
    for (const first of [0, 2 ** 32 - 50, 2 ** 40 - 10_000]) {
      for (const count of [0, 1, 31, 32, 33, 64, 100]) {
        const some = places.slice(0, count)
        assert.deepStrictEqual(sequenceIds(salt, first, some), some.map((place) => sequenceId(salt, first + place)))
      }
    }
  })

  it("no two ids are alike, and their random part is even", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => sequenceId(salt, i))
    assert.strictEqual(new Set(ids).size, ids.length)
    assert.strictEqual(new Set(ids.map((id) => id.slice(18))).size, ids.length)
    const below = ids.filter((id) => Number.parseInt(id.slice(18, 22), 16) < 0x4000).length
    // A quarter of them, within five standard deviations.
    assert.isBelow(Math.abs(below - 5000), 5 * Math.sqrt(20_000 * 0.25 * 0.75))
  })
})
