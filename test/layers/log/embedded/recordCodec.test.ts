import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { recordBytes } from "../../../../src/layers/log/checkAppend.ts"
import { BatchReader, BatchWriter } from "../../../../src/layers/log/embedded/recordCodec.ts"
import type { NewLogRecord } from "../../../../src/layers/log/LogRecord.ts"

const Text = Schema.String.check(Schema.makeFilter((text: string) => text.isWellFormed()))

const Records = Schema.Array(Schema.Struct({
  key: Schema.UndefinedOr(Text),
  value: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(Schema.isMaxLength(300)),
  headers: Schema.Record(Text, Text),
  timestamp: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
})).check(Schema.isMaxLength(20))

const write = (records: ReadonlyArray<NewLogRecord>) => {
  const writer = new BatchWriter()
  for (const record of records) writer.add(record)
  const { bytes, count, newest } = writer
  return { bytes, count, newest, blob: writer.take().slice() }
}

describe("record codec", () => {
  it.prop("what is written is read, and passed over, the same", [Records], ([generated]) => {
    const records = generated.map(({ key, value, headers, timestamp }) => ({
      key,
      value: Uint8Array.from(value),
      headers,
      timestamp
    }))
    const { blob, bytes, count, newest } = write(records)
    assert.strictEqual(count, records.length)
    assert.strictEqual(bytes, records.reduce((sum, record) => sum + recordBytes(record), 0))
    assert.strictEqual(newest, Math.max(0, ...records.map((record) => record.timestamp)))
    const reader = new BatchReader(blob)
    const skipper = new BatchReader(blob)
    for (const [offset, record] of records.entries()) {
      assert.deepStrictEqual(reader.next("topic", 3, offset), { topic: "topic", partition: 3, offset, ...record })
      assert.deepStrictEqual(skipper.skip(), { bytes: recordBytes(record), timestamp: record.timestamp })
    }
    assert.throws(() => reader.next("topic", 3, 0), RangeError)
  })

  it("long text, a header named __proto__, lengths over one and two bytes", () => {
    const headers = JSON.parse("{\"__proto__\": \"kept\", \"b\": \"\"}")
    const record = { key: "é".repeat(20_000), value: new Uint8Array(200).fill(9), headers, timestamp: 1 }
    const { blob } = write([record, { ...record, key: "k".repeat(39) }, { ...record, key: "k".repeat(127) }])
    const reader = new BatchReader(blob)
    for (const key of [record.key, "k".repeat(39), "k".repeat(127)]) {
      const read = reader.next("t", 0, 0)
      assert.strictEqual(read.key, key)
      assert.deepStrictEqual(Object.entries(read.headers), [["__proto__", "kept"], ["b", ""]])
      assert.strictEqual(Object.getPrototypeOf(read.headers), Object.prototype)
    }
  })

  it("texts that are, begin or end like those of the record before", () => {
    const headers: ReadonlyArray<Record<string, string>> = [
      { a: "éé", b: "1" },
      { a: "é", b: "1" },
      { a: "éé", b: "21" },
      { b: "21", a: "éé" },
      { "": "", b: "21" },
      {},
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, "same"])),
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, i < 39 ? "same" : "last"]))
    ]
    const records = headers.flatMap((each) =>
      [undefined, "", "k", "k", "é"].map((key) => ({ key, value: new Uint8Array(1), headers: each, timestamp: 1 }))
    )
    const { blob } = write(records)
    const reader = new BatchReader(blob)
    for (const [offset, record] of records.entries()) {
      assert.deepStrictEqual(reader.next("t", 0, offset), { topic: "t", partition: 0, offset, ...record })
    }
  })

  it("a writer is empty after take", () => {
    const writer = new BatchWriter()
    writer.add({ key: "a", value: Uint8Array.of(1), headers: { a: "b" }, timestamp: 5 })
    writer.take()
    assert.deepStrictEqual([writer.count, writer.bytes, writer.newest, writer.size], [0, 0, 0, 0])
    assert.strictEqual(writer.take().length, 0)
  })
})
