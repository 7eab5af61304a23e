/**
 * Random pipelines whose payloads say which inputs they are made of: the oracle that a trace is held against.
 *
 * A payload is the list of the inputs' numbers. Every operator here makes a payload from those that it was given, so whatever an output says
 * of itself is the truth, and nothing of tracing was used to know it.
 */
import { Data, Effect, pipe, Stream } from "effect"
import type { Element } from "../../src/domain/stream/Batch.ts"
import type { EventContext } from "../../src/domain/stream/Envelope.ts"
import type { SpanData } from "../../src/domain/tracing/SpanData.ts"
import { fork } from "../../src/operators/branches/fork.ts"
import { asyncCall } from "../../src/operators/calls/asyncCall.ts"
import { lookup } from "../../src/operators/calls/lookup.ts"
import { join } from "../../src/operators/joins/join.ts"
import { batch } from "../../src/operators/shaping/batch.ts"
import { buffer } from "../../src/operators/shaping/buffer.ts"
import * as Stage from "../../src/operators/stage/Stage.ts"
import { tumbling, window } from "../../src/operators/windows/window.ts"

export type Inputs = ReadonlyArray<number>

export const nodeKinds = ["map", "filter", "window", "join", "store", "batch", "retry", "fork", "queue"] as const
export type NodeKind = typeof nodeKinds[number]

class Flaky extends Data.TaggedError("Flaky")<{ readonly of: number }> {}

type Node = Stage.Operator<Inputs, Inputs, never, Stage.StageServices>

/** Stable and without duplicates. */
const union = (...parts: ReadonlyArray<Inputs>): Inputs => Array.from(new Set(parts.flat())).toSorted((a, b) => a - b)

const least = (inputs: Inputs): number => Math.min(...inputs)

const map = (name: string): Node => Stage.map(name, (inputs: Inputs) => inputs)

const filter = (name: string): Node => Stage.filter(name, (inputs: Inputs) => least(inputs) % 5 !== 4)

const windows = (name: string): Node =>
  pipe(
    window<Inputs, Array<number>, Inputs>({
      name,
      assigner: tumbling(4),
      aggregate: {
        initial: () => [],
        add: (all, inputs) => [...all, ...inputs],
        merge: (all, later) => [...all, ...later],
        result: (all) => union(all)
      }
    }),
    Stage.via(Stage.map(`${name} value`, ({ value }) => value))
  )

/** Even numbers with the odd ones that follow them; those without a partner come out by themselves. */
const joins = (name: string): Node => {
  const side = (parity: number) => ({
    select: (inputs: Inputs) => least(inputs) % 2 === parity ? inputs : undefined,
    key: (inputs: Inputs) => Math.floor(least(inputs) / 2),
    unmatched: (inputs: Inputs) => inputs
  })
  return join<Inputs, number, Inputs, Inputs, Inputs>({
    name,
    left: side(0),
    right: side(1),
    combine: (left, right) => union(left, right)
  })
}

/** A store with a cache: what it says of a key is what the event that loaded it was made of. */
const store = (name: string): Node => {
  let asking: Inputs = []
  return lookup<Inputs, number, Inputs, Inputs, never, never>({
    name,
    key: (inputs) => {
      asking = inputs
      return least(inputs) % 3
    },
    load: () => Effect.sync(() => asking),
    combine: (inputs, loaded) => union(inputs, loaded),
    capacity: 8,
    concurrency: 1
  })
}

const batches = (name: string): Node =>
  pipe(
    batch<Inputs>({ name, size: 3 }),
    Stage.via(Stage.map(`${name} value`, (members: ReadonlyArray<Inputs>) => union(...members)))
  )

/** Fails at the first try of every third event. */
const retries = (name: string): Node => {
  const tried = new Set<string>()
  return asyncCall<Inputs, Inputs, Flaky, never>({
    name,
    concurrency: 4,
    classify: () => "transient",
    retry: { times: 3, baseMillis: 1, capMillis: 2 },
    call: (inputs, { id }: EventContext) =>
      Effect.suspend(() => {
        const key = `${id} ${inputs.join()}`
        if (least(inputs) % 3 === 0 && !tried.has(key)) {
          tried.add(key)
          return Effect.fail(new Flaky({ of: least(inputs) }))
        }
        return Effect.succeed(inputs).pipe(Effect.withSpan("user", { attributes: { "observation.id": id } }))
      })
  })
}

const queue = (name: string): Node =>
  buffer({ name, capacity: 4, policy: "backpressure", reason: "a test of what waits" })

const nodeOf: Record<Exclude<NodeKind, "fork">, (name: string) => Node> = {
  map,
  filter,
  window: windows,
  join: joins,
  store,
  batch: batches,
  retry: retries,
  queue
}

/**
 * The nodes one after the other. So that no window has more contributors than the 16 it keeps, of several forks the first counts, and of forks and
 * joins with a store among them the first: what a store says gives many events one key, and a join pairs them all.
 */
export const topology = (kinds: ReadonlyArray<NodeKind>): Node => {
  let forked = false
  let multiplied = false
  let stored = false
  const nodes = kinds.map((kind, index): Node => {
    const name = `${index} ${kind}`
    if (kind === "store") stored = true
    if (kind === "fork" || kind === "join") {
      if ((kind === "fork" && forked) || (stored && multiplied)) return map(name)
      multiplied = true
    }
    if (kind !== "fork") return nodeOf[kind](name)
    forked = true
    return fork({ left: map(`${name} left`), right: queue(`${name} right`) }, { name })
  })
  return nodes.reduce((before, node) => Stage.andThen(before, node), map("first"))
}

/** The payloads and contexts that come out. */
export const outputsOf = <E, R>(stream: Stream.Stream<Element<Inputs>, E, R>) =>
  Effect.map(
    Stream.runCollect(stream),
    (elements) =>
      elements.flatMap((element) =>
        element._tag !== "Batch" ? [] : element.payloads.flatMap((payload, index) => {
          const context = element.contexts[index]
          return context === undefined ? [] : [{ payload, context }]
        })
      )
  )

/** Everything that lies upstream of a span by its parents and its links: the ids of the events whose root spans are there. */
export const reachedFrom = (
  byId: ReadonlyMap<string, SpanData>,
  spanId: string,
  { links = true }: { readonly links?: boolean } = {}
): ReadonlySet<string> => {
  const seen = new Set<string>()
  const roots = new Set<string>()
  const todo = [spanId]
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    const span = byId.get(id)
    if (seen.has(id) || span === undefined) continue
    seen.add(id)
    if (span.parentSpanId === undefined) roots.add(String(span.attributes["observation.id"]))
    else todo.push(span.parentSpanId)
    if (links) todo.push(...span.links.map((link) => link.spanId))
  }
  return roots
}

export const spansById = (spans: ReadonlyArray<SpanData>): ReadonlyMap<string, SpanData> =>
  new Map(spans.map((span) => [span.spanId, span]))
