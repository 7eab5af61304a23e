/** Spans as the stages make them, by the tracer in force. */
import { Effect } from "effect"
import { StageTracing } from "../../src/layers/stage/StageHooks.ts"
import { contextOf } from "../../src/testing/envelopes.ts"

export const stageSpans = {
  start: (stage: string, observationId: string) =>
    Effect.gen(function*() {
      const { start } = yield* StageTracing
      const span = start(stage, contextOf(1, { id: observationId, sampled: true }), 0n, [])
      return span ?? (yield* Effect.die("no span"))
    }).pipe(Effect.provide(StageTracing.layer))
}
