/**
 * Several streams into one, as they come, with the least of their watermarks.
 *
 * Arrays: each input's as they are. Order: kept within an input; between inputs it is that of arrival, and whatever closes by the watermark gives the
 * same whichever it was. Time: the watermark is the least of the inputs'; one that has ended holds nothing back, and the end of the last ends time. Ticks
 * and progress marks pass on, each behind what its own input sent before it; a barrier when all inputs have come to it. Failure: that of any input, when what came before it has gone on. State:
 * `capacity` events an input; a full one holds back its input alone. Cost: a fiber an input, two queue operations and a scan of its controls an array;
 * `mergeTagged` also one small object an event. A sampled event gets a `queue` span for the time it waited.
 */
import { Cause, Effect, identity, type Pull, Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import { barrier, watermark } from "../../domain/stream/Envelope.ts"
import type { Edge } from "../graph/Graph.ts"
import { isNonEmpty } from "../stage/running/elements.ts"
import type { AnyStream, StreamError, StreamPayload, StreamServices } from "../stage/types.ts"
import { LeastTime } from "./fanIn.ts"
import { type Arrival, type Elements, makeInlets } from "./inlets.ts"

export interface MergeOptions {
  readonly name?: string
  /** Events of each input that may wait; default 1024. */
  readonly capacity?: number
  readonly policy?: "backpressure"
  readonly reason?: string
}

/** An event and the input that it came by: what a join takes. */
export type Tagged<Inputs> = {
  readonly [Side in keyof Inputs]: { readonly side: Side; readonly value: StreamPayload<Inputs[Side]> }
}[keyof Inputs]

export const mergeEdge = ({ capacity = 1024, policy = "backpressure", reason }: MergeOptions): Edge => ({
  capacity: Math.max(1, Math.floor(capacity)),
  policy,
  reason: reason ?? "inputs run at their own pace; a full one is held back alone"
})

export const mergeName = ({ name = "merge" }: MergeOptions): string => name

export function merge<const Inputs extends Readonly<Record<string, AnyStream>>>(
  inputs: Inputs,
  options?: MergeOptions
): Stream.Stream<
  Element<StreamPayload<Inputs[keyof Inputs]>>,
  StreamError<Inputs[keyof Inputs]>,
  StreamServices<Inputs[keyof Inputs]>
>
export function merge<A, E, R>(
  inputs: Readonly<Record<string, Stream.Stream<Element<A>, E, R>>>,
  options: MergeOptions = {}
): Stream.Stream<Element<A>, E, R> {
  const name = mergeName(options)
  const { capacity } = mergeEdge(options)
  const streams = Object.entries(inputs)
  return Stream.unwrap(Effect.gen(function*() {
    const inlets = yield* makeInlets<A, E>({
      stage: name,
      edges: streams.map(([input]) => `${input} -> ${name}`),
      capacity
    })
    for (const [place, [, stream]] of streams.entries()) {
      yield* Effect.forkScoped(
        Stream.runForEachArray(stream, (elements) => inlets.offer(place, elements)).pipe(
          Effect.andThen(inlets.end(place)),
          Effect.catchCause(inlets.failCause)
        )
      )
    }
    return Stream.fromPull(Effect.sync(() => merged(inlets.take, streams.length)))
  }))
}

/** {@link merge} of inputs that stay distinguishable: `{ side, value }`, the side being the input's name. */
export function mergeTagged<const Inputs extends Readonly<Record<string, AnyStream>>>(
  inputs: Inputs,
  options?: MergeOptions
): Stream.Stream<Element<Tagged<Inputs>>, StreamError<Inputs[keyof Inputs]>, StreamServices<Inputs[keyof Inputs]>>
export function mergeTagged<A, E, R>(
  inputs: Readonly<Record<string, Stream.Stream<Element<A>, E, R>>>,
  options: MergeOptions = {}
): Stream.Stream<Element<{ readonly side: string; readonly value: A }>, E, R> {
  const tagged: Record<string, Stream.Stream<Element<{ readonly side: string; readonly value: A }>, E, R>> = {}
  for (const [side, stream] of Object.entries(inputs)) {
    const tag = (value: A) => ({ side, value })
    tagged[side] = Stream.map(stream, (element) =>
      element._tag === "Batch"
        ? element.with(element.payloads.map(tag), element.hop, identity)
        : element)
  }
  return merge(tagged, options)
}

const merged = <A, E>(take: Effect.Effect<Arrival<A>, E>, inputs: number): Pull.Pull<Elements<A>, E> => {
  const least = new LeastTime(inputs)
  const units = new LeastTime(inputs)
  let open = inputs
  const next: Pull.Pull<Elements<A>, E> = Effect.suspend(() => {
    if (open === 0) return Cause.done()
    return Effect.flatMap(take, ({ elements, inlet }) => {
      const outputs: Array<Element<A>> = []
      const advance = (time: number) => {
        const risen = least.advance(inlet, time)
        if (risen !== undefined) outputs.push(watermark(risen))
      }
      const align = (unit: number) => {
        const aligned = units.advance(inlet, unit)
        if (aligned !== undefined && aligned !== Infinity) outputs.push(barrier(aligned))
      }
      if (elements === undefined) {
        open--
        align(Infinity)
        advance(Infinity)
      } else {
        for (const element of elements) {
          if (element._tag === "Watermark") advance(element.time)
          else if (element._tag === "Barrier") align(element.unit)
          else outputs.push(element)
        }
      }
      return isNonEmpty(outputs) ? Effect.succeed(outputs) : next
    })
  })
  return next
}
