/**
 * What seeing costs: one pipeline of six small stages over the same input, with tracing off, at 1 % and at 100 %, with the flight recorder and
 * metrics on and off; then against a span per element by `Effect.withSpan` and by the OpenTelemetry SDK.
 *
 *     node --expose-gc bench/tracing.ts [events]
 *
 * Interleaved pairs in CPU time of the process, ratio with its 95 % interval. Finished spans go into the bounded store of this process, those of the
 * SDK into a processor that drops them. `everything`: 1 %, flight recorder, metrics, lineage.
 */
import { context, trace } from "@opentelemetry/api"
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"
import { Cause, Effect, Layer, pipe, Stream } from "effect"
import { decodeRadarFrame } from "../src/domain/observation/formats/radarFrame.ts"
import type { Element } from "../src/domain/stream/Batch.ts"
import { DeadLettersMemory } from "../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../src/layers/stage/StageRegistry.ts"
import { Tracing } from "../src/layers/tracing/Tracing.ts"
import { source } from "../src/operators/sources/source.ts"
import * as Stage from "../src/operators/stage/Stage.ts"
import * as State from "../src/operators/state/State.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"
import { radarFrames } from "./support/radarFrames.ts"
import { everything, layerSeeing, type Seeing } from "./support/seeing.ts"

const total = Number(process.argv[2] ?? 500_000)
const size = 256

interface Reading {
  readonly id: number
  readonly sensor: number
  readonly value: number
}

/** The bytes that a radar sends. */
const frames = radarFrames(size * 16, 97)

const decode = (frame: Uint8Array): Reading => {
  const radar = decodeRadarFrame(frame)
  if (radar === undefined) throw new Error("not a frame")
  const { elevation, range, sequence, trackId } = radar
  return { id: sequence, sensor: trackId, value: range * Math.sin(elevation) / 1000 }
}
const plausible = ({ value }: Reading): boolean => value >= 0
const round = (reading: Reading): Reading => ({ ...reading, value: Math.round(reading.value) })
const counted = (
  counts: { get(key: number): number | undefined; set(key: number, value: number): unknown },
  reading: Reading
): Reading => {
  const count = (counts.get(reading.sensor) ?? 0) + 1
  counts.set(reading.sensor, count)
  return { ...reading, id: count }
}
const project = ({ id, sensor, value }: Reading) => ({ key: sensor * 1000 + id % 1000, value })

const stages = () =>
  pipe(
    Stage.map("decode", decode),
    Stage.via(Stage.filter("plausible", plausible)),
    Stage.via(Stage.map("round", round)),
    Stage.via(Stage.mapWith({ name: "count", state: State.table<number, number>({ capacity: Infinity }), f: counted })),
    Stage.via(Stage.filter("some", ({ sensor }: Reading) => sensor !== 13)),
    Stage.via(Stage.map("project", project))
  )

type Chunk<A> = readonly [A, ...Array<A>]

/** The same few thousand frames again and again, with event times that go on. */
const input = (count: number) =>
  Stream.fromPull(Effect.sync(() => {
    let sent = 0
    return Effect.suspend(() => {
      if (sent >= count) return Cause.done()
      const at = sent % frames.length
      const [first, ...rest] = frames.slice(at, at + Math.min(size, count - sent))
      sent += size
      return first === undefined ? Cause.done() : Effect.succeed<Chunk<Uint8Array>>([first, ...rest])
    })
  }))

const events = (count: number) => {
  let time = 0
  return input(count).pipe(source({ name: "bench", eventTime: () => time++, outOfOrdernessMillis: 0 }))
}

const drain = (elements: Stream.Stream<Element<{ readonly value: number }>, never, Stage.StageServices>) => {
  let sum = 0
  return elements.pipe(
    Stream.runForEachArray((array) =>
      Effect.sync(() => {
        for (const element of array) {
          if (element._tag === "Batch") { for (const { value } of element.payloads) sum += value }
        }
      })
    ),
    Effect.map(() => sum)
  )
}

const services = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

/** What comes out, by how many went in: the same whoever looks. */
const expected = new Map<number, number>()
const check = (count: number, sum: number): void => {
  const before = expected.get(count) ?? sum
  expected.set(count, before)
  if (sum !== before) throw new Error(`the sum is ${sum}, not ${before}`)
}

const timed = (count: number, work: () => Promise<number>) => () => {
  globalThis.gc?.()
  return cpuTimed(async () => check(count, await work()))
}

const seeing = (options: Seeing, count = total) =>
  timed(
    count,
    () =>
      Effect.runPromise(
        Effect.provide(drain(events(count).pipe(stages())), Layer.merge(layerSeeing(options), services))
      )
  )

/** A span per element and step is slow: fewer events do. */
const few = Math.max(2560, Math.round(total / 25))

const step = <A>(name: string, f: () => A) => Effect.withSpan(Effect.sync(f), name)

/** One element through the six steps, each of them as its own effect in a span, as one would write it first. */
const naive = timed(few, () => {
  const counts = new Map<number, number>()
  let sum = 0
  const one = (frame: Uint8Array) =>
    Effect.gen(function*() {
      const decoded = yield* step("decode", () => decode(frame))
      if (!(yield* step("plausible", () => plausible(decoded)))) return
      const rounded = yield* step("round", () => round(decoded))
      const known = yield* step("count", () => counted(counts, rounded))
      if (!(yield* step("some", () => known.sensor !== 13))) return
      sum += (yield* step("project", () => project(known))).value
    })
  return Effect.runPromise(
    Effect.as(Stream.runForEach(input(few), one), 0).pipe(
      Effect.map(() => sum),
      Effect.provide(Tracing.layerBackend())
    )
  )
})

const sdk = timed(few, () => {
  const tracer = new BasicTracerProvider({
    spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }]
  }).getTracer("bench")
  const counts = new Map<number, number>()
  let sum = 0
  const one = (frame: Uint8Array): void => {
    const root = tracer.startSpan("reading", {}, context.active())
    const below = trace.setSpan(context.active(), root)
    const step = <A>(name: string, f: () => A): A => {
      const span = tracer.startSpan(name, {}, below)
      try {
        return f()
      } finally {
        span.end()
      }
    }
    const decoded = step("decode", () => decode(frame))
    if (step("plausible", () => plausible(decoded))) {
      const rounded = step("round", () => round(decoded))
      const known = step("count", () => counted(counts, rounded))
      if (step("some", () => known.sensor !== 13)) sum += step("project", () => project(known)).value
    }
    root.end()
  }
  return Effect.runPromise(
    Stream.runForEachArray(input(few), (array) =>
      Effect.sync(() => {
        for (const frame of array) one(frame)
      })).pipe(Effect.map(() => sum))
  )
})

type Side = readonly [name: string, variant: () => Promise<number>]

const off: Side = ["off", seeing({ ratio: undefined })]
const onePercent: Side = ["1 %", seeing({ ratio: 0.01 })]
const offOfFew: Side = ["off", seeing({ ratio: undefined }, few)]
const allOfFew: Side = ["100 %", seeing({ ratio: 1 }, few)]
const all: Side = ["everything", seeing(everything)]
const comparisons: ReadonlyArray<readonly [Side, Side]> = [
  [off, onePercent],
  [onePercent, ["1 % and flight recorder", seeing({ ratio: 0.01, recorder: true })]],
  [onePercent, ["1 % and metrics", seeing({ ratio: 0.01, metrics: true })]],
  [off, all],
  [offOfFew, allOfFew],
  [allOfFew, ["Effect.withSpan per element", naive]],
  [allOfFew, ["OpenTelemetry SDK per element", sdk]]
]

console.log(`${total} events through six stages; CPU`)
for (const [[nameA, a], [nameB, b]] of comparisons) {
  console.log(formatRatio(nameA, nameB, await runPairs(a, b, { pairs: 20, warmUp: 3 })))
}
