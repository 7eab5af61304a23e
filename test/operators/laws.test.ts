import { describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { envelopesOf } from "../../src/domain/stream/Batch.ts"
import { HeldRecord, readHeld, writeHeld } from "../../src/domain/stream/contributorsCodec.ts"
import { type Held, watermark } from "../../src/domain/stream/Envelope.ts"
import * as Stage from "../../src/operators/stage/Stage.ts"
import { keptAs } from "../../src/operators/state/Binary.ts"
import * as State from "../../src/operators/state/State.ts"
import { events } from "../../src/testing/envelopes.ts"
import { cutInto, cutsDoNotMatter, streamsAlike, survivesRestore } from "../../src/testing/laws.ts"

/** Sums per watermark: the least operator with a memory that a snapshot can be taken of. */
const sums = Stage.columns<
  number,
  number,
  { readonly sum: State.Cell<number>; readonly last: State.Cell<Held | null> }
>({
  name: "sums",
  state: State.all({
    sum: State.value({ initial: () => 0 }),
    last: State.value({
      initial: (): Held | null => null,
      schema: Schema.NullOr(keptAs(HeldRecord, writeHeld, readHeld))
    })
  }),
  onBatch: ({ last, sum }, batch, collector) => {
    for (const payload of batch.payloads) sum.value += payload
    const event = envelopesOf(batch).at(-1)
    if (event !== undefined) last.value = collector.hold(event)
  },
  onWatermark: ({ last, sum }, _time, collector) => {
    if (last.value !== null) collector.continued(last.value, sum.value)
  }
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
