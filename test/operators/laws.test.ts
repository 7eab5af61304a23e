import { describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { watermark } from "../../src/domain/stream/Envelope.ts"
import * as Stage from "../../src/operators/stage/Stage.ts"
import { events } from "../support/envelopes.ts"
import { cutInto, cutsDoNotMatter, streamsAlike, survivesRestore } from "../support/laws.ts"

/** Sums per watermark: the least operator with a memory that a snapshot can be taken of. */
const sums = Stage.columns<
  number,
  number,
  { sum: number; last: Parameters<Stage.Collector<number>["derived"]>[0] | undefined }
>({
  name: "sums",
  initial: () => ({ sum: 0, last: undefined }),
  onBatch: (state, batch) => {
    for (const payload of batch.payloads) state.sum += payload
    state.last = batch.contexts.at(-1)
  },
  onWatermark: (state, _time, collector) => {
    if (state.last === undefined) return
    collector.derived(state.last, state.sum)
  },
  codec: {
    version: 1,
    encode: ({ sum }) => ({ sum }),
    decode: (json) => {
      const read = Schema.decodeUnknownSync(Schema.Struct({ sum: Schema.Finite }))(json)
      return { sum: read.sum, last: events([0])[0]?.context }
    }
  },
  entries: () => 1
})

const Input = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -9, maximum: 9 }))).check(Schema.isMinLength(1))
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))

const itemsFrom = (numbers: ReadonlyArray<number>) =>
  events(numbers).flatMap((event, i) => i % 4 === 3 ? [event, watermark(i)] : [event])

describe("the laws of operators", () => {
  it.effect.prop("hold for a map and a sum", { input: Input, sizes: Sizes, at: Schema.Int }, ({ at, input, sizes }) => {
    const items = itemsFrom(input)
    const operator = Stage.andThen(Stage.map("double", (n: number) => n * 2), sums)
    return Effect.all([
      cutsDoNotMatter(operator, items, sizes),
      streamsAlike(operator, cutInto(items, sizes)),
      survivesRestore(operator, items, Math.abs(at) % (items.length + 1))
    ], { discard: true })
  })
})
