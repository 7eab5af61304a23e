/** What a run computes does not depend on how, or whether, it is traced. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { otlpReceiver } from "../support/otlp/receiver.ts"
import { perigee } from "../support/perigee.ts"

interface Summary {
  readonly observations: unknown
  readonly alerts: ReadonlyArray<Record<string, unknown>>
  readonly traces: { readonly sampled: number; readonly kept: number }
}

const run = Effect.fnUntraced(function*(env: Readonly<Record<string, string>>) {
  const cwd = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-tracing-"))),
    (cwd) => Effect.sync(() => rmSync(cwd, { recursive: true, force: true }))
  )
  const { code, stderr, stdout } = yield* Effect.promise(() =>
    perigee(["run", "--for", "20s", "--seed", "7", "--speed", "4", "--json"], cwd, env)
  )
  assert.strictEqual(code, 0, stderr)
  const summary: Summary = JSON.parse(stdout)
  return {
    ...summary,
    stderr,
    result: { observations: summary.observations, alerts: summary.alerts.map(withoutSequence) }
  }
})

const withoutSequence = ({ sequence: _, ...alert }: Record<string, unknown>) => alert

describe("perigee run, traced", () => {
  it.live(
    "gives the same alerts with tracing off, at 1 %, at 100 %, to a receiver, and to one that hangs",
    () =>
      Effect.gen(function*() {
        const off = yield* run({ PERIGEE_TRACING: "off" })
        assert.isAtLeast(off.result.alerts.length, 1)
        assert.deepStrictEqual(off.traces, { sampled: 0, kept: 0 })

        const some = yield* run({})
        assert.deepStrictEqual(some.result, off.result)
        assert.isAbove(some.traces.sampled, 0)
        // All that was sampled, and what the flight recorder told of.
        assert.isAtLeast(some.traces.kept, some.traces.sampled)

        const all = yield* run({ PERIGEE_TRACE_RATIO: "1" })
        assert.deepStrictEqual(all.result, off.result)
        assert.isAbove(all.traces.sampled, 50 * some.traces.sampled)
        assert.isAbove(all.traces.kept, 0)

        const receiver = yield* otlpReceiver()
        const otlp = {
          PERIGEE_TRACING: "otlp",
          // Few enough that all of them arrive on a busy machine.
          PERIGEE_TRACE_RATIO: "0.05",
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.url
        }
        const sent = yield* run(otlp)
        assert.deepStrictEqual(sent.result, off.result)
        assert.deepStrictEqual(receiver.faults, [])
        assert.deepStrictEqual(sent.stderr.split("\n").filter((line) => line.includes("spans dropped")), [])
        const spans = receiver.spans()
        assert.strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, sent.traces.kept)
        assert.isTrue(["decode", "match"].every((stage) => spans.some(({ name }) => name === stage)))
        // Every parent is there, or is a root's.
        const ids = new Set(spans.map(({ spanId }) => spanId))
        const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))
        assert.deepStrictEqual(orphans.map(({ name }) => name), [])

        receiver.reply = () => "hang"
        const hung = yield* run({ ...otlp, PERIGEE_TRACE_RATIO: "1", OTEL_BSP_MAX_QUEUE_SIZE: "1000" })
        assert.deepStrictEqual(hung.result, off.result)
        assert.include(hung.stderr, "spans dropped by the OTLP exporter: ")
        assert.include(hung.stderr, "queue_full")
      }).pipe(Effect.scoped),
    300_000
  )

  it.live(
    "a policy of errors keeps a trace of every event that was given up, though one in a hundred is sampled",
    () =>
      Effect.gen(function*() {
        const cwd = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-tracing-"))),
          (cwd) => Effect.sync(() => rmSync(cwd, { recursive: true, force: true }))
        )
        const { code, stderr, stdout } = yield* Effect.promise(() =>
          perigee(
            ["run", "--for", "6s", "--seed", "7", "--speed", "4", "--faults", "wrong-units,duplicates", "--json"],
            cwd,
            { PERIGEE_TAIL_POLICY: `{"type":"status_code","codes":["error"]}` }
          )
        )
        assert.strictEqual(code, 0, stderr)
        const { traces }: Summary = JSON.parse(stdout)
        const list = yield* Effect.promise(() =>
          perigee(["dlq", "list", "--json", "--data-dir", ".perigee/rehearsal"], cwd)
        )
        const letters: ReadonlyArray<{ readonly trace: { readonly traceId: string } }> =
          JSON.parse(list.stdout).deadLetters
        const failed = new Set(letters.map(({ trace }) => trace.traceId))
        assert.isAbove(failed.size, 20)
        assert.isBelow(traces.sampled, failed.size)
        assert.strictEqual(traces.kept, failed.size)
      }).pipe(Effect.scoped),
    120_000
  )
})
