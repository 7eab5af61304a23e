import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Worker } from "node:worker_threads"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { ScreeningError } from "../../../src/layers/screening/Screener.ts"
import { Screening } from "../../../src/layers/screening/Screening.ts"
import { layerScreeningWorkers } from "../../../src/layers/screening/screeningWorkers.ts"
import { synthetic } from "../../support/scenario.ts"

const { elements } = synthetic(7, undefined, 20)
const hour = { from: seededStart, to: seededStart + 3_600_000 }
const real = new URL("../../../src/layers/screening/screeningWorker.ts", import.meta.url)

/** Says that it is ready, and is gone with its first order to screen. */
const dying = () =>
  new Worker(
    "const { parentPort } = require('node:worker_threads');"
      + "parentPort.on('message', ([, order]) => { if (order._tag === 'Screen') process.exit(3) }); parentPort.postMessage([0])",
    { eval: true }
  )

describe("screening workers", () => {
  it.live("one that dies fails what it worked on, and the next order starts another", () => {
    let started = 0
    const spawn = () => started++ === 0 ? dying() : new Worker(real)
    return Effect.gen(function*() {
      const { slice } = yield* Effect.flatMap(Screening, ({ open }) => open({ elements, threshold: 100_000 }))
      const error = yield* Effect.flip(slice(hour))
      assert.instanceOf(error, ScreeningError)
      assert.include(error.message, "a screening worker failed")
      const { result } = yield* slice(hour)
      assert.isArray(result.events)
      assert.strictEqual(started, 2)
    }).pipe(Effect.scoped, Effect.provide(layerScreeningWorkers(1, spawn)))
  }, 30_000)

  it.live("one that cannot start fails too", () =>
    Effect.gen(function*() {
      const { slice } = yield* Effect.flatMap(Screening, ({ open }) => open({ elements, threshold: 100_000 }))
      assert.instanceOf(yield* Effect.flip(slice(hour)), ScreeningError)
    }).pipe(
      Effect.scoped,
      Effect.provide(layerScreeningWorkers(1, () => new Worker("process.exit(3)", { eval: true })))
    ), 30_000)
})
