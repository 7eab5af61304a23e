/** The real process: what it prints of a large trace arrives whole in a pipe. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqliteTraceStore } from "../../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceStore } from "../../src/layers/traces/store/TraceStore.ts"
import { perigee } from "../support/perigee.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"
import { spanIdOf, storedSpan, traceIdOf, traceWrite } from "../support/traces/storedSpans.ts"

it.live("perigee trace get --json of 2,000 spans is one document", () =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    const spans = Array.from({ length: 2000 }, (_, n) =>
      storedSpan({
        traceId: traceIdOf(9),
        spanId: spanIdOf(n + 1),
        parentSpanId: n === 0 ? undefined : spanIdOf(Math.floor(n / 3) + 1)
      }))
    yield* TraceStore.use((store) => store.write([traceWrite(spans)])).pipe(
      Effect.provide(SqliteTraceStore.layer({ directory: `${directory}/traces` })),
      Effect.scoped
    )
    const ran = yield* Effect.promise(() =>
      perigee(["trace", "get", "9", "--json", "--data-dir", directory], directory)
    )
    assert.strictEqual(ran.code, 0, ran.stderr)
    assert.strictEqual(JSON.parse(ran.stdout).spans.length, 2000)
  }), 60_000)
