/** Random trees of hops, each with a sampler of its own, over headers that get damaged on the way. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomnessOf, readThreshold } from "../../../src/domain/sampling/head/otMember.ts"
import { isKept } from "../../../src/domain/sampling/head/threshold.ts"
import { type Random, stream } from "../../../src/domain/simulation/random.ts"
import {
  continueTrace,
  type HeaderCarrier,
  inject,
  type PropagatedContext
} from "../../../src/domain/tracing/propagation.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"

type Pairs = ReadonlyArray<readonly [name: string, value: string]>

const pick = <A>(random: Random, items: readonly [A, ...ReadonlyArray<A>]): A =>
  items[random.integer(0, items.length - 1)] ?? items[0]

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join("")

/** Damage after which `traceparent` is none, or means the same; `tracestate` may be anything. */
const damages: readonly [
  (headers: Pairs, random: Random) => Pairs,
  ...ReadonlyArray<(headers: Pairs, random: Random) => Pairs>
] = [
  (headers) => headers,
  (headers) => headers.filter(([name]) => name !== "tracestate"),
  (headers) => headers.filter(([name]) => name !== "traceparent"),
  (headers) => headers.map(([name, value]) => [name.toUpperCase(), ` ${value}\t`] as const),
  (headers) =>
    headers.map(([name, value]) => [name, name === "traceparent" ? value.replace(/^00/, "cc") : value] as const),
  (headers) => headers.map(([name, value]) => [name, name === "traceparent" ? value.slice(0, -1) : value] as const),
  (headers) =>
    headers.map(([name, value]) =>
      [name, name === "traceparent" ? value.replace(/-[0-9a-f]{32}-/, `-${"0".repeat(32)}-`) : value] as const
    ),
  (headers) => [...headers, ...headers.filter(([name]) => name === "traceparent")],
  (headers) => headers.map(([name, value]) => [name, value.replace(/th:[0-9a-f]+/, "th:0")] as const),
  (headers) => headers.map(([name, value]) => [name, value.replace(/th:[0-9a-f]+/, "th:ffffffffffffff")] as const),
  (headers) => headers.map(([name, value]) => [name, value.replace(/th:[0-9a-f]+/, "th:XYZ")] as const),
  (headers, random) => [...headers, ["tracestate", `ot=th:${hex(random, random.integer(1, 15))}`]],
  (
    headers,
    random
  ) => [
    ["tracestate", `ot=rv:${hex(random, 14)};th:${hex(random, 3)},v=1`],
    ...headers.filter(([name]) => name !== "tracestate")
  ],
  (headers) => [...headers, ["tracestate", "not a member"]],
  (headers) => [...headers, ["tracestate", Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(",")]]
]

interface Hop {
  readonly parent: PropagatedContext | undefined
  readonly context: PropagatedContext
}

const grow = (
  random: Random,
  samplers: readonly [typeof HeadSampler.Service, ...ReadonlyArray<typeof HeadSampler.Service>]
): ReadonlyArray<Hop> => {
  const hops: Array<Hop> = []
  const size = random.integer(2, 20)
  while (hops.length < size) {
    const from = hops.length === 0 ? undefined : pick(random, [hops[0], ...hops])
    const sent: Pairs = from === undefined ? [] : Object.entries(inject(from.context))
    const carrier: HeaderCarrier = pick(random, damages)(sent, random)
    const own = { traceId: hex(random, 32), spanId: hex(random, 15) + "1", random: true }
    const { context, parent } = continueTrace(carrier, own, pick(random, samplers).decide)
    hops.push({ parent: parent === undefined ? undefined : from?.context, context })
  }
  return hops
}

describe("parents and children", () => {
  it.effect("agree, whatever the samplers and the headers", () =>
    Effect.gen(function*() {
      const at = (ratio: number) => Effect.provide(HeadSampler, HeadSampler.layerRatio(ratio))
      const samplers = [yield* at(1), yield* at(0), yield* at(0.5), yield* at(0.01)] as const
      const seen = { sampled: 0, unsampled: 0, roots: 0 }
      for (let seed = 0; seed < 4000; seed++) {
        for (const { context, parent } of grow(stream(seed, "tree"), samplers)) {
          const { sampled, traceId, traceState } = context
          if (parent === undefined) seen.roots++
          else {
            seen[sampled ? "sampled" : "unsampled"]++
            if (sampled !== parent.sampled || traceId !== parent.traceId || context.random !== parent.random) {
              assert.fail(`seed ${seed}: ${JSON.stringify({ parent, context })}`)
            }
          }
          const threshold = readThreshold(traceState)
          if (threshold !== undefined && !(sampled && isKept(randomnessOf(traceId, traceState), threshold))) {
            assert.fail(`seed ${seed}: a threshold that did not keep it: ${JSON.stringify(context)}`)
          }
        }
      }
      assert.isAbove(Math.min(seen.sampled, seen.unsampled, seen.roots), 2000)
    }), 60_000)
})
