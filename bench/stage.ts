/**
 * What the operator framework costs: six small stages with everything a stage adds switched on (1 % sampled with spans that go nowhere,
 * metrics, lineage for the sampled, counts, hops, chaos point) against hand-written loops, one per stage, over arrays of 256.
 *
 *     node --expose-gc bench/stage.ts [events]
 *
 * `working`: the six stages do small real work (a radar frame read, checked, deduplicated, counted per track, filtered, projected).
 * `idle`: they do nothing much, so that the difference is the framework's own cost.
 * Two baselines: loops that grow their arrays, and loops that allocate them as long as they can become.
 */
import { Cause, Effect, pipe, Stream } from "effect"
import { decodeRadarFrame, type RadarFrame } from "../src/domain/observation/formats/radarFrame.ts"
import { arrayOf } from "../src/domain/stream/arrayOf.ts"
import { batch, type Element, sourceBatch } from "../src/domain/stream/Batch.ts"
import type { EventContext } from "../src/domain/stream/Envelope.ts"
import * as Instruments from "../src/layers/stage/Instruments.ts"
import { dedupe } from "../src/operators/keyed/dedupe.ts"
import * as Stage from "../src/operators/stage/Stage.ts"
import * as State from "../src/operators/state/State.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"
import { radarFrames } from "./support/radarFrames.ts"

const total = Number(process.argv[2] ?? 500_000)
const size = 256
const distinct = 16 * size
const sampledEvery = 100
const ttl = 1e9

const everything = Instruments.layerNoExport({ ratio: 1 / sampledEvery })

const contextOf = (index: number): EventContext => {
  const sampled = index % sampledEvery === 0
  const id = index.toString(16).padStart(32, "0")
  return {
    id,
    sourceId: "radar-1",
    sourceKind: "radar",
    eventTime: index,
    ingestTime: index,
    position: undefined,
    trace: { traceId: id, spanId: undefined, sampled, traceState: undefined },
    lineage: sampled ? "source" : undefined,
    raw: undefined
  }
}

/** Arrays of `size`. The same few thousand events come again and again, as warm in the caches as those of a live source are. */
const cut = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const parts = all.length / size
  return Array.from(
    { length: Math.ceil(total / size) },
    (_, i) => all.slice((i % parts) * size, (i % parts + 1) * size)
  )
}

/** One array: payloads, contexts, and the places of the sampled, which a source knows as it decides them. */
interface Columns<A> {
  readonly payloads: ReadonlyArray<A>
  readonly contexts: ReadonlyArray<EventContext>
  readonly followed: ReadonlyArray<number>
}

/**
 * The arrays, at next to no cost. Each batch is made when it is pulled, as a source does: were they all made beforehand and kept, V8 would
 * take batches for long-lived objects and put those of every stage into the old generation.
 */
const source = <A>(columns: ReadonlyArray<Columns<A>>): Stream.Stream<Element<A>> =>
  Stream.fromPull(Effect.sync(() => {
    let index = 0
    return Effect.suspend(() => {
      const next = columns[index++]
      return next === undefined
        ? Cause.done()
        : Effect.succeed<Chunk<A>>([batch(next.payloads, next.contexts, undefined, next.followed)])
    })
  }))

type Chunk<A> = readonly [Element<A>, ...Array<Element<A>>]

const run = <A, B>(
  columns: ReadonlyArray<Columns<A>>,
  operator: Stage.Operator<A, B, never, Stage.StageServices>,
  expected: (last: B | undefined, count: number) => void
): Promise<void> => {
  let count = 0
  let last: B | undefined
  return pipe(
    source(columns),
    operator,
    Stream.runForEachArray((elements) =>
      Effect.sync(() => {
        for (const element of elements) {
          if (element._tag !== "Batch") continue
          for (const payload of element.payloads) {
            count++
            last = payload
          }
        }
      })
    ),
    Effect.provide(everything),
    Effect.runPromise
  ).then(() => expected(last, count))
}

// ---- working

interface Counted {
  readonly frame: RadarFrame
  readonly samples: number
}

interface Row {
  readonly track: number
  readonly samples: number
  readonly kilometres: number
}

const frames = radarFrames(distinct, 509)
const noFrame = new Uint8Array(0)
const plausible = (frame: RadarFrame): boolean =>
  frame.range > 80_000 && frame.range < 5e8 && Math.abs(frame.rangeRate) < 15_000 && frame.elevation <= 1.5708
const high = ({ frame }: Counted): boolean => frame.elevation > 0.05
const keyOf = (frame: RadarFrame): string => `${frame.arrayId}/${frame.sequence}`
const project = ({ frame, samples }: Counted): Row => ({
  track: frame.trackId,
  samples,
  kilometres: frame.range / 1000
})
const [first = noFrame] = frames
const blank = decodeRadarFrame(first)
if (blank === undefined) throw new Error("not a frame")
const decode = (bytes: Uint8Array): RadarFrame => decodeRadarFrame(bytes) ?? blank

const countPerTrack = Stage.mapWith({
  name: "count",
  state: State.table<number, number>({ capacity: Infinity }),
  f: (counts, frame: RadarFrame): Counted => {
    const samples = (counts.get(frame.trackId) ?? 0) + 1
    counts.set(frame.trackId, samples)
    return { frame, samples }
  }
})

const working = pipe(
  Stage.map("decode", decode),
  Stage.via(Stage.filter("validate", plausible, "implausible")),
  Stage.via(dedupe({ key: keyOf, ttlMillis: ttl, capacity: distinct / 2 })),
  Stage.via(countPerTrack),
  Stage.via(Stage.filter("mask", high)),
  Stage.via(Stage.map("project", project))
)

const workingLoops = (arrays: ReadonlyArray<ReadonlyArray<Uint8Array>>) => {
  const seen = new Map<string, number>()
  const order: Array<string> = []
  const times: Array<number> = []
  let head = 0
  const counts = new Map<number, number>()
  let count = 0
  let last: Row | undefined
  for (const array of arrays) {
    const decoded: Array<RadarFrame> = []
    for (const bytes of array) decoded.push(decode(bytes))
    const valid: Array<RadarFrame> = []
    for (const frame of decoded) if (plausible(frame)) valid.push(frame)
    const fresh: Array<RadarFrame> = []
    for (const frame of valid) {
      const key = keyOf(frame)
      const now = frame.sensorTime
      const at = seen.get(key)
      if (at !== undefined && now - at <= ttl) continue
      seen.set(key, now)
      order.push(key)
      times.push(now)
      fresh.push(frame)
      for (;;) {
        const oldest = order[head]
        const then = times[head]
        if (oldest === undefined || then === undefined || (then >= now - ttl && seen.size <= distinct / 2)) break
        if (seen.get(oldest) === then) seen.delete(oldest)
        head++
      }
    }
    const counted: Array<Counted> = []
    for (const frame of fresh) {
      const samples = (counts.get(frame.trackId) ?? 0) + 1
      counts.set(frame.trackId, samples)
      counted.push({ frame, samples })
    }
    const above: Array<Counted> = []
    for (const item of counted) if (high(item)) above.push(item)
    const rows: Array<Row> = []
    for (const item of above) rows.push(project(item))
    for (const row of rows) {
      count++
      last = row
    }
  }
  return { count, last }
}

/** The same, into arrays that are made as long as they can become. */
const workingLoopsAllocating = (arrays: ReadonlyArray<ReadonlyArray<Uint8Array>>) => {
  const seen = new Map<string, number>()
  const order: Array<string> = []
  const times: Array<number> = []
  let head = 0
  const counts = new Map<number, number>()
  let count = 0
  let last: Row | undefined
  for (const array of arrays) {
    const decoded = arrayOf<RadarFrame>(array.length)
    let decodedCount = 0
    for (const bytes of array) decoded[decodedCount++] = decode(bytes)
    decoded.length = decodedCount
    const valid = arrayOf<RadarFrame>(decoded.length)
    let validCount = 0
    for (const frame of decoded) if (plausible(frame)) valid[validCount++] = frame
    valid.length = validCount
    const fresh = arrayOf<RadarFrame>(valid.length)
    let freshCount = 0
    for (const frame of valid) {
      const key = keyOf(frame)
      const now = frame.sensorTime
      const at = seen.get(key)
      if (at !== undefined && now - at <= ttl) continue
      seen.set(key, now)
      order.push(key)
      times.push(now)
      fresh[freshCount++] = frame
      for (;;) {
        const oldest = order[head]
        const then = times[head]
        if (oldest === undefined || then === undefined || (then >= now - ttl && seen.size <= distinct / 2)) break
        if (seen.get(oldest) === then) seen.delete(oldest)
        head++
      }
    }
    fresh.length = freshCount
    const counted = arrayOf<Counted>(fresh.length)
    let countedCount = 0
    for (const frame of fresh) {
      const samples = (counts.get(frame.trackId) ?? 0) + 1
      counts.set(frame.trackId, samples)
      counted[countedCount++] = { frame, samples }
    }
    counted.length = countedCount
    const above = arrayOf<Counted>(counted.length)
    let aboveCount = 0
    for (const item of counted) if (high(item)) above[aboveCount++] = item
    above.length = aboveCount
    const rows = arrayOf<Row>(above.length)
    let rowsCount = 0
    for (const item of above) rows[rowsCount++] = project(item)
    rows.length = rowsCount
    for (const row of rows) {
      count++
      last = row
    }
  }
  return { count, last }
}

// ---- idle

interface Small {
  readonly value: number
}

const idle = pipe(
  Stage.map("1", ({ value }: Small): Small => ({ value: value + 1 })),
  Stage.via(Stage.filter("2", ({ value }: Small) => value >= 0)),
  Stage.via(Stage.map("3", ({ value }: Small): Small => ({ value: value * 2 }))),
  Stage.via(Stage.filter("4", ({ value }: Small) => value >= 0)),
  Stage.via(Stage.map("5", ({ value }: Small): Small => ({ value: value - 1 }))),
  Stage.via(Stage.map("6", ({ value }: Small): Small => ({ value: value ^ 1 })))
)

const idleLoops = (arrays: ReadonlyArray<ReadonlyArray<Small>>) => {
  let count = 0
  let last: Small | undefined
  for (const array of arrays) {
    const a: Array<Small> = []
    for (const { value } of array) a.push({ value: value + 1 })
    const b: Array<Small> = []
    for (const item of a) if (item.value >= 0) b.push(item)
    const c: Array<Small> = []
    for (const { value } of b) c.push({ value: value * 2 })
    const d: Array<Small> = []
    for (const item of c) if (item.value >= 0) d.push(item)
    const e: Array<Small> = []
    for (const { value } of d) e.push({ value: value - 1 })
    const f: Array<Small> = []
    for (const { value } of e) f.push({ value: value ^ 1 })
    for (const item of f) {
      count++
      last = item
    }
  }
  return { count, last }
}

/** The same, into arrays that are made as long as they can become. */
const idleLoopsAllocating = (arrays: ReadonlyArray<ReadonlyArray<Small>>) => {
  let count = 0
  let last: Small | undefined
  for (const array of arrays) {
    const a = arrayOf<Small>(array.length)
    let aCount = 0
    for (const { value } of array) a[aCount++] = { value: value + 1 }
    a.length = aCount
    const b = arrayOf<Small>(a.length)
    let bCount = 0
    for (const item of a) if (item.value >= 0) b[bCount++] = item
    b.length = bCount
    const c = arrayOf<Small>(b.length)
    let cCount = 0
    for (const { value } of b) c[cCount++] = { value: value * 2 }
    c.length = cCount
    const d = arrayOf<Small>(c.length)
    let dCount = 0
    for (const item of c) if (item.value >= 0) d[dCount++] = item
    d.length = dCount
    const e = arrayOf<Small>(d.length)
    let eCount = 0
    for (const { value } of d) e[eCount++] = { value: value - 1 }
    e.length = eCount
    const f = arrayOf<Small>(e.length)
    let fCount = 0
    for (const { value } of e) f[fCount++] = { value: value ^ 1 }
    f.length = fCount
    for (const item of f) {
      count++
      last = item
    }
  }
  return { count, last }
}

const same = (name: string, expected: unknown) => (last: unknown, count: number) => {
  const got = JSON.stringify({ count, last })
  if (got !== JSON.stringify(expected)) {
    throw new Error(`${name}: stages gave ${got}, loops ${JSON.stringify(expected)}`)
  }
}

type Loops<A, B> = (arrays: ReadonlyArray<ReadonlyArray<A>>) => { readonly count: number; readonly last: B | undefined }

const measure = async <A, B>(
  name: string,
  input: ReadonlyArray<A>,
  operator: Stage.Operator<A, B, never, Stage.StageServices>,
  loops: Loops<A, B>,
  allocating: Loops<A, B>
) => {
  const plain = cut(input)
  const contexts = cut(input.map((_, index) => contextOf(index)))
  const columns = plain.map((payloads, index) => {
    const { contexts: of, followed } = sourceBatch(payloads, contexts[index] ?? [])
    return { payloads, contexts: of, followed }
  })
  const check = same(name, loops(plain))
  const hand = (by: Loops<A, B>) => () =>
    cpuTimed(() => {
      const { count, last } = by(plain)
      check(last, count)
    })
  const staged = () => cpuTimed(() => run(columns, operator, check))
  for (
    const [what, by] of [["loops that grow their arrays", loops], ["loops that allocate them", allocating]] as const
  ) {
    const result = await runPairs(hand(by), staged, { pairs: 40 })
    console.log(`${name}: ${formatRatio(what, "stages", result)}`)
    const each = (result.medianB - result.medianA) * 1e6 / total
    console.log(
      `  ${each.toFixed(1)} ns per event over six stages above the loops (${
        (result.medianA * 1e6 / total).toFixed(1)
      } ns)`
    )
  }
}

console.log(`${total} events in arrays of ${size}, 1 % sampled, everything on; Node ${process.versions.node}`)
await measure("working", frames, working, workingLoops, workingLoopsAllocating)
await measure(
  "idle",
  Array.from({ length: distinct }, (_, value): Small => ({ value })),
  idle,
  idleLoops,
  idleLoopsAllocating
)
