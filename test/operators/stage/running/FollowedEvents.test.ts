import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { SequenceContext } from "../../../../src/domain/stream/SequenceContext.ts"
import { followed, FollowedEvents } from "../../../../src/operators/stage/running/FollowedEvents.ts"

const array = { sourceId: "bids", salt: 1, first: 0, ingestTime: 0 }
const known = Array.from({ length: 200 }, (_, place) => new SequenceContext(array, place, place))
const stranger = new SequenceContext(array, 0, 0)

const Lookups = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: known.length - 1 })))

describe("the followed events of an array", () => {
  it.prop("are found whatever the order, few or many, and no other is", { lookups: Lookups }, ({ lookups }) => {
    for (const count of [0, 1, 2, 63, 64, 65, known.length]) {
      const events = new FollowedEvents()
      const entries = known.slice(0, count).map((context) => {
        assert.isUndefined(events.find(context))
        return events.add(followed(context))
      })
      for (const at of lookups) {
        for (const context of known.slice(at, at + 1)) assert.strictEqual(events.find(context), entries[at])
      }
      assert.isUndefined(events.find(stranger))
      events.clear()
      for (const context of known) assert.isUndefined(events.find(context))
    }
  })
})
