/** The memory Layer of the trace store. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MemoryTraceStore } from "../../../../src/layers/traces/store/MemoryTraceStore.ts"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { storedSpan, traceIdOf, traceWrite } from "../../../support/traces/storedSpans.ts"
import { traceStoreContract } from "./contract/traceStoreContract.ts"

traceStoreContract(
  "memory",
  Effect.map(Layer.build(MemoryTraceStore.layer()), (context) => ({
    opened: Effect.provideContext(context),
    durable: false
  }))
)

describe("the memory of stored traces", () => {
  it.effect("is bounded: over its bytes the traces that were written first go", () =>
    Effect.gen(function*() {
      const store = yield* TraceStore
      for (let n = 1; n <= 50; n++) yield* store.write([traceWrite([storedSpan({ traceId: traceIdOf(n) })])])
      const { bytes, traces } = yield* store.stats
      assert.isAtMost(bytes, 10_000)
      assert.isBelow(traces, 30)
      assert.isAbove(traces, 5)
      const [newest] = (yield* store.search({ limit: 1000 })).traces.map(({ traceId }) => Number.parseInt(traceId, 16))
        .toSorted((a, b) => b - a)
      assert.strictEqual(newest, 50)
    }).pipe(Effect.provide(MemoryTraceStore.layer({ maxBytes: 10_000 }))))

  it.effect("refuses what is no span, whole", () =>
    Effect.gen(function*() {
      const store = yield* TraceStore
      const good = traceWrite([storedSpan()])
      const bad = traceWrite([], {
        traceId: traceIdOf(2),
        parts: [{ resource: new Uint8Array(), scope: new Uint8Array(), span: Uint8Array.of(10, 200) }]
      })
      assert.strictEqual((yield* Effect.flip(store.write([good, bad]))).reason, "Invalid")
      assert.strictEqual((yield* store.stats).traces, 0)
    }).pipe(Effect.provide(MemoryTraceStore.layer())))
})
