import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { MinHeap } from "../../../src/domain/stream/MinHeap.ts"

const drain = (heap: MinHeap<number>): ReadonlyArray<number> => {
  const out: Array<number> = []
  for (let least = heap.pop(); least !== undefined; least = heap.pop()) out.push(least)
  return out
}

const heapOf = (numbers: ReadonlyArray<number>): MinHeap<number> => {
  const heap = new MinHeap<number>((a, b) => a - b)
  for (const number of numbers) heap.push(number)
  return heap
}

describe("a heap", () => {
  it.prop("gives in order what was put in", [Schema.Array(Schema.Int)], ([numbers]) => {
    const sorted = numbers.toSorted((a, b) => a - b)
    const heap = heapOf(numbers)
    assert.deepStrictEqual([heap.size, heap.peek()], [numbers.length, sorted[0]])
    assert.deepStrictEqual(drain(heap), sorted)
  })

  it.prop("retains what it is told, in order", [Schema.Array(Schema.Int)], ([numbers]) => {
    const even = (number: number): boolean => number % 2 === 0
    const heap = heapOf(numbers)
    heap.retain(even)
    assert.deepStrictEqual(drain(heap), numbers.filter(even).toSorted((a, b) => a - b))
  })
})
