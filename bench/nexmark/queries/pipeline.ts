/** A NEXMark query as a pipeline of operators: the generator as its source, the digest as its sink, all of a stage's instruments on. */
import { Array as Arr, Cause, Effect, Stream } from "effect"
import { Instruments, StageRegistry } from "perigee/layers"
import { source, type Stage } from "perigee/operators"
import { Digest } from "../digest.ts"
import { type Generator, makeGenerator, type NexmarkEvent } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "./types.ts"

/** A query: what is done to the events, and how a row of it is folded into the digest. */
export interface NexmarkPipeline<Row> {
  readonly operator: Stage.Operator<NexmarkEvent, Row, never, Stage.StageServices>
  readonly fold: (digest: Digest, row: Row) => void
}

export interface PipelineOptions {
  /** Events in an array, or how many the next one has. */
  readonly arraySize?: number | (() => number)
  /** Share of the events that are traced and whose lineage is kept. */
  readonly ratio?: number
  /** Other events than the run's seed gives. */
  readonly events?: () => Pick<Generator, "generate">
}

/** The generator has all events at hand, and what is done once an array is compiled and run the less often the larger they are. */
export const defaultArraySize = 4096

const generated = (
  n: number,
  arraySize: number | (() => number),
  events: () => Pick<Generator, "generate">
): Stream.Stream<NexmarkEvent> =>
  Stream.fromPull(Effect.sync(() => {
    const { generate } = events()
    let next = 0
    return Effect.suspend(() => {
      const size = Math.min(typeof arraySize === "number" ? arraySize : arraySize(), n - next)
      const events = generate(next, size)
      next += size
      return Arr.isReadonlyArrayNonEmpty(events) ? Effect.succeed(events) : Cause.done()
    })
  }))

const eventTime = ({ ts }: NexmarkEvent): number => ts

/** A query over the first `n` events, with the instruments that are there. */
export const answerOf = <Row>(
  { fold, operator }: NexmarkPipeline<Row>,
  run: NexmarkRun,
  { arraySize = defaultArraySize, events = () => makeGenerator(run) }: Omit<PipelineOptions, "ratio"> = {}
): Effect.Effect<NexmarkAnswer, never, Stage.StageServices> =>
  Effect.gen(function*() {
    const digest = new Digest()
    yield* generated(run.n, arraySize, events).pipe(
      source({ name: "nexmark", eventTime, outOfOrdernessMillis: run.disorder }),
      operator,
      Stream.runForEachArray((elements) =>
        Effect.sync(() => {
          for (const element of elements) {
            if (element._tag === "Batch") { for (const row of element.payloads) fold(digest, row) }
          }
        })
      )
    )
    const registry = yield* StageRegistry
    const lateDropped = registry.stages().reduce((total, [, { late }]) => total + late, 0)
    return { count: digest.count, hash: digest.hash, lateDropped }
  })

/** {@link answerOf} with all instruments on. */
export const runPipeline = <Row>(
  query: NexmarkPipeline<Row>,
  run: NexmarkRun,
  { ratio = 0.01, ...options }: PipelineOptions = {}
): Effect.Effect<NexmarkAnswer> => Effect.provide(answerOf(query, run, options), Instruments.layerNoExport({ ratio }))
