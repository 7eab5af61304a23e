/** Elements in two by a predicate: events to the one or the other, controls to both. */
import { identity } from "effect"
import type { Batch, Element } from "../../domain/stream/Batch.ts"

type Parts<B> = readonly [matching: ReadonlyArray<Element<B>>, others: ReadonlyArray<Element<B>>]

export const partBy = <A, B>(
  elements: ReadonlyArray<Element<A>>,
  matches: (payload: A) => boolean,
  valueOf: (payload: A) => B
): Parts<B> => {
  const matching: Array<Element<B>> = []
  const others: Array<Element<B>> = []
  for (const element of elements) {
    if (element._tag === "Batch") {
      const way = element.payloads.map(matches)
      push(matching, element, way, true, valueOf)
      push(others, element, way, false, valueOf)
    } else {
      matching.push(element)
      others.push(element)
    }
  }
  return [matching, others]
}

const push = <A, B>(
  into: Array<Element<B>>,
  batch: Batch<A>,
  ways: ReadonlyArray<boolean>,
  way: boolean,
  valueOf: (payload: A) => B
): void => {
  const payloads: Array<B> = []
  const places: Array<number> = []
  let index = 0
  for (const payload of batch.payloads) {
    if (ways[index] === way) {
      payloads.push(valueOf(payload))
      places.push(index)
    }
    index++
  }
  if (payloads.length === index) into.push(batch.with(payloads, batch.hop, identity))
  else if (payloads.length > 0) into.push(batch.pick(payloads, places, batch.hop, identity))
}
