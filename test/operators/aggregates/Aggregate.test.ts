import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { accumulatorSchema } from "../../../src/operators/aggregates/Aggregate.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { binary } from "../../../src/operators/state/Binary.ts"

interface Sample {
  readonly key: string
  readonly value: number
}

const Samples = Schema.Array(Schema.Struct({
  key: Schema.Literals(["a", "b", "c"]),
  value: Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 3 }))
})).check(Schema.isMaxLength(20))

const value = ({ value }: Sample): number => value
const key = ({ key }: Sample): string => key

/** What holds of one aggregate, whatever its types. */
interface Laws {
  readonly mergeIsAddingOn: (first: ReadonlyArray<Sample>, then: ReadonlyArray<Sample>) => void
  readonly removeUndoesMerge: (first: ReadonlyArray<Sample>, then: ReadonlyArray<Sample>) => void
  readonly readsWhatItWrote: (samples: ReadonlyArray<Sample>) => void
  readonly isByHand: (samples: ReadonlyArray<Sample>) => void
  readonly resultsAreItsOwn: (first: ReadonlyArray<Sample>, then: ReadonlyArray<Sample>) => void
}

const laws = <Acc, R>(
  aggregate: Aggregate.Aggregate<Sample, Acc, R>,
  byHand: (samples: ReadonlyArray<Sample>) => R
): Laws => {
  const { add, initial, merge, remove, result } = aggregate
  const of = (samples: ReadonlyArray<Sample>, start: Acc = initial()): Acc =>
    samples.reduce((acc, each) => add(acc, each), start)
  return {
    mergeIsAddingOn: (first, then) => {
      const later = of(then)
      assert.deepStrictEqual(result(merge(of(first), later)), result(of([...first, ...then])))
      assert.deepStrictEqual(result(later), result(of(then)), "merge leaves its second argument alone")
      assert.deepStrictEqual(result(merge(initial(), of(first))), result(of(first)))
      assert.deepStrictEqual(result(merge(of(first), initial())), result(of(first)))
    },
    removeUndoesMerge: (first, then) => {
      if (remove !== undefined) assert.deepStrictEqual(remove(of([...first, ...then]), of(first)), of(then))
    },
    readsWhatItWrote: (samples) => {
      const { read, write } = binary(accumulatorSchema(aggregate))
      assert.deepStrictEqual(read(write(of(samples))), of(samples))
    },
    isByHand: (samples) => {
      assert.deepStrictEqual(result(of(samples)), byHand(samples))
      assert.deepStrictEqual((aggregate.view ?? result)(of(samples)), byHand(samples))
    },
    resultsAreItsOwn: (first, then) => {
      const acc = of(first)
      const before = result(acc)
      merge(of(then, acc), of(then))
      assert.deepStrictEqual(before, byHand(first))
    }
  }
}

const total = (samples: ReadonlyArray<Sample>): number => samples.reduce((sum, { value }) => sum + value, 0)
const best = (samples: ReadonlyArray<Sample>, sign: number) => {
  const top = Math.max(...samples.map(({ value }) => sign * value))
  return samples.filter(({ value }) => sign * value === top)
}
const ranked = (samples: ReadonlyArray<Sample>) => samples.toSorted((a, b) => b.value - a.value)
const countsOf = (samples: ReadonlyArray<Sample>) =>
  new Map([...Map.groupBy(samples, key)].map(([name, of]) => [name, of.length] as const))
const rankedKeys = (samples: ReadonlyArray<Sample>) =>
  [...countsOf(samples)].toSorted(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))

const all: ReadonlyArray<readonly [string, Laws]> = [
  ["count", laws(Aggregate.count(), (samples) => samples.length)],
  ["sum", laws(Aggregate.sum(value), total)],
  ["min", laws(Aggregate.min(value), (samples) => Math.min(...samples.map(value)))],
  ["max", laws(Aggregate.max(value), (samples) => Math.max(...samples.map(value)))],
  ["average", laws(Aggregate.average(value), (samples) => total(samples) / samples.length)],
  ["collect", laws(Aggregate.collect<Sample>(100), (samples) => samples)],
  ["maxBy", laws(Aggregate.maxBy(value), (samples) => best(samples, 1))],
  ["minBy", laws(Aggregate.minBy(value), (samples) => best(samples, -1))],
  ["topK", laws(Aggregate.topK(3, { by: value }), (samples) => ranked(samples).slice(0, 3))],
  [
    "topK with ties",
    laws(Aggregate.topK(3, { by: value, ties: "all" }), (samples) => {
      const third = ranked(samples)[2]?.value ?? -Infinity
      return ranked(samples).filter(({ value }) => value >= third)
    })
  ],
  ["countBy", laws(Aggregate.countBy(key), countsOf)],
  [
    "groupBy",
    laws(
      Aggregate.groupBy(key, Aggregate.max(value)),
      (samples) =>
        new Map([...Map.groupBy(samples, key)].map(([name, of]) => [name, Math.max(...of.map(value))] as const))
    )
  ],
  ["topKeys", laws(Aggregate.topKeys(2, Aggregate.countBy(key)), (samples) => rankedKeys(samples).slice(0, 2))],
  [
    "topKeys with ties",
    laws(Aggregate.topKeys(1, Aggregate.countBy(key), "all"), (samples) => {
      const most = rankedKeys(samples)[0]?.[1]
      return rankedKeys(samples).filter(([, count]) => count === most)
    })
  ],
  ["map", laws(Aggregate.map(Aggregate.sum(value), (sum) => ({ sum })), (samples) => ({ sum: total(samples) }))],
  [
    "all",
    laws(
      Aggregate.all({ events: Aggregate.count(), counts: Aggregate.countBy(key) }),
      (samples) => ({ events: samples.length, counts: countsOf(samples) })
    )
  ]
]

describe.each(all)("Aggregate.%s", (_, of) => {
  it.prop("gives what is computed by hand", [Samples], ([samples]) => of.isByHand(samples))
  it.prop("merging is adding on", [Samples, Samples], ([first, then]) => of.mergeIsAddingOn(first, then))
  it.prop(
    "what was merged in can be removed, if it says so",
    [Samples, Samples],
    ([first, then]) => of.removeUndoesMerge(first, then)
  )
  it.prop(
    "a result does not change with its accumulator",
    [Samples, Samples],
    ([first, then]) => of.resultsAreItsOwn(first, then)
  )
  it.prop("reads what it wrote", [Samples], ([samples]) => of.readsWhatItWrote(samples))
})

describe("Aggregate", () => {
  const a: Sample = { key: "a", value: 1 }
  const b: Sample = { key: "b", value: 2 }
  const roomAfter = <Acc, R>(
    { add, hasRoom, initial }: Aggregate.Aggregate<Sample, Acc, R>,
    samples: ReadonlyArray<Sample>,
    next: Sample
  ): boolean | undefined => hasRoom?.(samples.reduce((acc, each) => add(acc, each), initial()), next)

  it("has room up to its bound, and for what needs none", () => {
    assert.isTrue(roomAfter(Aggregate.collect(2), [a], a))
    assert.isFalse(roomAfter(Aggregate.collect(2), [a, a], b))
    assert.isTrue(roomAfter(Aggregate.countBy(key, { maxGroups: 1 }), [a], a))
    assert.isFalse(roomAfter(Aggregate.countBy(key, { maxGroups: 1 }), [a], b))
    assert.isTrue(roomAfter(Aggregate.groupBy(key, Aggregate.count(), { maxGroups: 1 }), [a], a))
    assert.isFalse(roomAfter(Aggregate.groupBy(key, Aggregate.count(), { maxGroups: 1 }), [a], b))
    assert.isFalse(roomAfter(Aggregate.groupBy(key, Aggregate.collect(1)), [a], a))
    assert.isTrue(roomAfter(Aggregate.maxBy(value, { maxTies: 1 }), [a], b))
    assert.isFalse(roomAfter(Aggregate.maxBy(value, { maxTies: 1 }), [a], a))
    assert.isFalse(roomAfter(Aggregate.topK(1, { by: value, ties: "all", maxItems: 1 }), [a], a))
    assert.isTrue(roomAfter(Aggregate.topK(1, { by: value, ties: "all", maxItems: 1 }), [a], b))
    assert.isFalse(roomAfter(Aggregate.all({ n: Aggregate.count(), each: Aggregate.collect<Sample>(1) }), [a], b))
    assert.isUndefined(roomAfter(Aggregate.count(), [a], b))
  })

  it("NaN is neither least nor greatest", () => {
    const odd = [{ key: "x", value: NaN }, a, { key: "y", value: NaN }, b]
    const of = <Acc, R>({ add, initial, result }: Aggregate.Aggregate<Sample, Acc, R>): R =>
      result(odd.reduce((acc, each) => add(acc, each), initial()))
    assert.strictEqual(of(Aggregate.min(value)), 1)
    assert.strictEqual(of(Aggregate.max(value)), 2)
    assert.deepStrictEqual(of(Aggregate.maxBy(value)), [b])
    assert.deepStrictEqual(of(Aggregate.minBy(value)), [a])
    assert.deepStrictEqual(of(Aggregate.topK(5, { by: value })), [b, a])
  })

  it("payloads that are not JSON need a schema", () => {
    const Reading = Schema.Struct({ id: Schema.BigInt })
    const plain = binary(accumulatorSchema(Aggregate.collect<typeof Reading.Type>(10)))
    assert.throws(() => plain.write([{ id: 5n }]), /not JSON as it stands/)
    const { read, write } = binary(accumulatorSchema(Aggregate.collect<typeof Reading.Type>(10, { payload: Reading })))
    assert.deepStrictEqual(read(write([{ id: 5n }])), [{ id: 5n }])
    assert.isUndefined(read(new Uint8Array([7, 7, 7])))
  })
})
