/**
 * What q5 and q8 hold while they go on: the heap after a full collection, and the entries in the state of each stage.
 *
 *     node -C perigee-source --expose-gc bench/nexmarkMemory.ts [events] [query|all] [every]
 *
 * State must stay flat after the first windows: the last heap at most a tenth and 5 MB above that of the first look, or exit code 1.
 */
import { Effect } from "effect"
import { Instruments, StageState } from "perigee/layers"
import type { Stage } from "perigee/operators"
import { makeGenerator } from "./nexmark/events.ts"
import { answerOf, type NexmarkPipeline, type PipelineOptions } from "./nexmark/queries/pipeline.ts"
import { q5 } from "./nexmark/queries/q5.ts"
import { q8 } from "./nexmark/queries/q8.ts"
import type { NexmarkAnswer, NexmarkRun } from "./nexmark/queries/types.ts"

const [events = "50000000", wanted = "all", every = "5000000"] = process.argv.slice(2)
const collect = globalThis.gc
if (collect === undefined) {
  console.error("start it with --expose-gc")
  process.exit(2)
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`

type Pipeline = (
  run: NexmarkRun,
  options: Pick<PipelineOptions, "events">
) => Effect.Effect<NexmarkAnswer, never, Stage.StageServices>

const withQuery = <Row>(query: NexmarkPipeline<Row>): Pipeline => (run, options) => answerOf(query, run, options)

/** Looks each time that so many events more were taken through. */
const watch = (query: "q5" | "q8", pipeline: Pipeline) =>
  Effect.gen(function*() {
    const states = yield* StageState
    const run = { query, n: Number(events), disorder: 2000, seed: 42 }
    const heaps: Array<number> = []
    const look = (done: number): void => {
      collect()
      const { heapUsed } = process.memoryUsage()
      heaps.push(heapUsed)
      const sizes = Array.from(states.sizes(), ([stage, entries]) => `${stage} ${entries}`).join(", ")
      console.log(
        `${query}  ${String(done / 1e6).padStart(5)} M events  heap ${megabytes(heapUsed)}  entries: ${sizes}`
      )
    }
    const generator = makeGenerator(run)
    let next = Number(every)
    const answer = yield* pipeline(run, {
      events: () => ({
        generate: (start, count) => {
          if (start >= next) {
            look(next)
            next += Number(every)
          }
          return generator.generate(start, count)
        }
      })
    })
    look(run.n)
    console.log(`${query}  ${answer.count} rows, ${answer.hash}, ${answer.lateDropped} late`)
    const first = heaps[0] ?? 0
    const most = heaps.slice(1).reduce((a, b) => Math.max(a, b), 0)
    if (most > first * 1.1 + 5 * 2 ** 20) {
      console.error(`${query}: the heap grew from ${megabytes(first)} to ${megabytes(most)}`)
      process.exitCode = 1
    }
  }).pipe(Effect.provide(Instruments.layerNoExport({ ratio: 0.01 })))

if (wanted !== "q8") await Effect.runPromise(watch("q5", withQuery(q5)))
if (wanted !== "q5") await Effect.runPromise(watch("q8", withQuery(q8)))
