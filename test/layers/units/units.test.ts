/** State and outputs are a fold of the committed log, whatever the arrays, the units, the crashes and the restarts. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { EmbeddedLog } from "../../../src/layers/log/embedded/EmbeddedLog.ts"
import { type LogError, MessageLog } from "../../../src/layers/log/MessageLog.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { fork } from "../../../src/operators/branches/fork.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { dedupe } from "../../../src/operators/keyed/dedupe.ts"
import { keyed } from "../../../src/operators/keyed/keyed.ts"
import { batch } from "../../../src/operators/shaping/batch.ts"
import { buffer } from "../../../src/operators/shaping/buffer.ts"
import { expand } from "../../../src/operators/shaping/expand.ts"
import type { Operator, StageServices } from "../../../src/operators/stage/Stage.ts"
import { andThen, map } from "../../../src/operators/stage/Stage.ts"
import { assignWatermarks } from "../../../src/operators/time/assignWatermarks.ts"
import { tumbling, window } from "../../../src/operators/windows/window.ts"
import { foldOf } from "../../../src/testing/keptEntries.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { type Life, live, outputs, type Reading, recordOf, type Schedule } from "./lives.ts"

const watermarks = assignWatermarks<Reading>({
  sources: new Map([["in", { latenessMillis: 20, idleMillis: 1000 }]]),
  lateness: () => ({ latenessMillis: 20, idleMillis: 1000 }),
  allowedLatenessMillis: 10
})

const once = dedupe<Reading>({ name: "once", key: ({ at, n }) => `${n}/${at}`, ttlMillis: 50, capacity: 8 })

const totals = keyed<Reading, number, number, { readonly n: number; readonly total: number }>({
  name: "totals",
  key: ({ n }) => n % 3,
  capacity: 10,
  onEvent: ({ n }, state) => {
    const total = (state.value ?? 0) + n
    state.set(total)
    state.setTimer(state.time + 30)
    state.emit({ n, total })
  },
  onTimer: (state) => state.emit({ n: -1, total: state.value ?? 0 })
})

const sums = window<Reading, number, number, number>({
  name: "sums",
  assigner: tumbling(40),
  key: ({ n }) => n % 2,
  aggregate: Aggregate.sum<Reading>(({ n }) => n),
  allowedLatenessMillis: 10
})

const called = asyncCall<Reading, Reading, never, never>({
  name: "called",
  concurrency: 4,
  call: (reading) => Effect.as(Effect.yieldNow, reading)
})

type Op = Operator<Reading, unknown, never, StageServices>

const pipelines: Readonly<Record<string, Op>> = {
  "sums in windows": andThen(once, andThen(watermarks, sums)),
  "running totals with timers": andThen(watermarks, totals),
  "calls, a queue, duplicates left out": andThen(
    called,
    andThen(buffer({ capacity: 3, policy: "backpressure", reason: "test" }), once)
  ),
  "branches with fibers": andThen(
    watermarks,
    fork({
      totals: andThen(totals, map("of totals", (value) => ({ totals: value }))),
      called: andThen(called, andThen(sums, map("of sums", (value) => ({ sums: value }))))
    })
  ),
  "groups that are read again": andThen(
    once,
    andThen(batch<Reading>({ size: 4 }), expand("each", (group: ReadonlyArray<Reading>) => group))
  )
}

const ordered: ReadonlySet<string> = new Set(["branches with fibers"])

const Small = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
const Lives = Schema.Array(Schema.Union([
  Schema.Struct({ ends: Schema.Literals(["at event", "before commit", "after commit"]), at: Small }),
  Schema.Struct({ ends: Schema.Literal("stop") })
])).check(Schema.isMaxLength(4))
const Readings = Schema.Array(Schema.Struct({
  n: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))
})).check(Schema.isMinLength(1), Schema.isMaxLength(40))
const Case = { readings: Readings, lives: Lives, arrays: Small, unitEvery: Small, shuffle: Small }

/** Roughly in order of time, and some of it late. */
const sent = (readings: ReadonlyArray<Reading>, shuffle: number): ReadonlyArray<Reading> =>
  readings.toSorted((a, b) => a.at + (a.n * shuffle) % 25 - (b.at + (b.n * shuffle) % 25))

const filled = (readings: ReadonlyArray<Reading>) =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    yield* log.ensureTopic({ name: "in", partitions: 1 })
    yield* log.ensureTopic({ name: "out", partitions: 1 })
    yield* log.append("in", readings.map(recordOf))
    return log
  })

/** Through all lives to the end of the input. */
const lived = (operator: Op, readings: ReadonlyArray<Reading>, lives: ReadonlyArray<Life>, schedule: Schedule) =>
  Effect.gen(function*() {
    const log = yield* filled(readings)
    for (const life of lives) {
      const left = yield* live(operator, life, schedule)
      if (left === "killed" || life.ends !== "stop") continue
      const kept = yield* log.units?.load("test") ?? Effect.undefined
      assert.deepStrictEqual(
        foldOf(kept?.snapshot ?? new Map()),
        foldOf(left),
        "what was kept of it, unit by unit, is the state"
      )
    }
    yield* live(operator, { ends: "input" }, schedule)
    return yield* outputs
  })

const logs: Readonly<Record<string, { readonly layer: Layer.Layer<MessageLog, LogError>; readonly runs: number }>> = {
  memory: { layer: MessageLog.layerMemory, runs: 12 },
  embedded: {
    layer: Layer.unwrap(Effect.map(temporaryDirectory, (directory) => EmbeddedLog.layer({ directory }))),
    runs: 3
  }
}

describe.each(Object.entries(logs))("commit units on the %s log", (_, { layer, runs }) => {
  const fresh = Layer.fresh(layer)
  describe.each(Object.entries(pipelines))("%s", (name, operator) => {
    it.live.prop(
      "any lives give what one life gives",
      Case,
      ({ arrays, lives, readings, shuffle, unitEvery }) =>
        Effect.gen(function*() {
          const input = sent(readings, shuffle)
          const whole = yield* lived(operator, input, [], { arrays, unitEvery: 1_000_000 }).pipe(
            Effect.provide(fresh),
            Effect.scoped
          )
          const parts = yield* lived(operator, input, lives, { arrays, unitEvery }).pipe(
            Effect.provide(fresh),
            Effect.scoped
          )
          const [actual, expected] = ordered.has(name) ? [parts.toSorted(), whole.toSorted()] : [parts, whole]
          assert.deepStrictEqual(actual, expected)
        }),
      { arbitrary: { runs }, timeout: 120_000 }
    )
  })
})
