import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Digest } from "../../../bench/nexmark/digest.ts"
import { T0, words } from "../../../bench/nexmark/events.ts"
import { answerOf, type Row } from "./oracle.ts"

const int32 = Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }))
const rows = Schema.Array(Schema.Array(Schema.Union([
  int32,
  Schema.String,
  Schema.Literals(words),
  Schema.Struct({ time: int32.pipe(Schema.decodeTo(Schema.Int)) })
])))

const digestOf = (bag: ReadonlyArray<Row>): Digest => {
  const digest = new Digest()
  for (const row of bag) {
    digest.row()
    for (const field of row) {
      if (typeof field === "number") digest.int(field)
      else if (typeof field === "string") digest.text(field)
      else digest.time(field.time)
    }
    digest.end()
  }
  return digest
}

describe("Digest", () => {
  it("of no row is zero, of an empty row is not", () => {
    assert.strictEqual(new Digest().hash, "0000000000000000")
    assert.strictEqual(digestOf([[]]).hash, "811c9dc501234567")
  })

  it.prop("is that of exact arithmetic, for any text, and regardless of the rows' order", [rows], ([generated]) => {
    const bag = generated.map((row) =>
      row.map((field) => typeof field === "object" ? { time: T0 + field.time } : field)
    )
    const { count, hash } = digestOf(bag)
    assert.deepStrictEqual({ count, hash }, answerOf(bag))
    assert.strictEqual(digestOf(bag.toReversed()).hash, hash)
  })

  it("tells rows apart by what they hold, where, and how often", () => {
    const bags: ReadonlyArray<ReadonlyArray<Row>> = [[[1, 2]], [[2, 1]], [[1], [2]], [[1, 2], [1, 2]], [["1", 2]], [[
      1,
      "Paul"
    ]], [[1, "paul"]]]
    assert.strictEqual(new Set(bags.map((bag) => digestOf(bag).hash)).size, bags.length)
  })
})
