import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { stream } from "../../../src/domain/simulation/random.ts"
import type { StateEntry, StatePart } from "../../../src/layers/stage/StageState.ts"
import type { Key } from "../../../src/operators/state/Binary.ts"
import { EntryTable, type Table } from "../../../src/operators/state/Table.ts"
import { tablePart } from "../../../src/operators/state/tablePart.ts"

const keys: ReadonlyArray<Key> = [0, 1, "1", NaN]
const Key = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: keys.length - 1 }))
/** Few, so that what happens at one time is often drawn. */
const Time = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 }))

const Step = Schema.Union([
  Schema.TaggedStruct("set", { key: Key, at: Time, value: Schema.Int }),
  Schema.TaggedStruct("touch", { key: Key, at: Time }),
  Schema.TaggedStruct("get", { key: Key, at: Time }),
  Schema.TaggedStruct("delete", { key: Key }),
  Schema.TaggedStruct("setTimer", { key: Key, time: Time }),
  Schema.TaggedStruct("deleteTimer", { key: Key, time: Time }),
  Schema.TaggedStruct("due", { limit: Time }),
  Schema.TaggedStruct("restore", { seed: Schema.Int })
])
type Step = typeof Step.Type
const Steps = Schema.Array(Step).check(Schema.isMinLength(60), Schema.isMaxLength(90))

interface Row {
  readonly key: Key
  value: number
  touched: number
  readonly timers: Array<{ readonly time: number; readonly order: number }>
}

/** What a table is to do, by looking at every row. */
class Model implements Pick<Table<Key, number>, "get" | "set" | "touch" | "delete" | "setTimer" | "deleteTimer"> {
  /** Where there is a bound, from the one written longest ago on; else as keys came. */
  rows: Array<Row> = []
  private timersSet = 0
  private readonly capacity: number
  private readonly ttlMillis: number

  constructor(capacity: number, ttlMillis: number) {
    this.capacity = capacity
    this.ttlMillis = ttlMillis
  }

  private row(key: Key): Row | undefined {
    return this.rows.find((row) => Object.is(row.key, key))
  }

  private isOver({ touched }: Row, time: number): boolean {
    return time >= touched + this.ttlMillis
  }

  private written(row: Row, at: number): void {
    row.touched = Math.max(row.touched, at)
    if (this.capacity === Infinity) return
    this.rows = [...this.rows.filter((each) => each !== row), row]
  }

  get(key: Key, at: number): number | undefined {
    const row = this.row(key)
    return row === undefined || this.isOver(row, at) ? undefined : row.value
  }

  set(key: Key, value: number, at: number): number {
    let row = this.row(key)
    if (row !== undefined && this.isOver(row, at)) {
      this.delete(key)
      row = undefined
    }
    if (row === undefined) this.rows.push(row = { key, value, touched: -Infinity, timers: [] })
    row.value = value
    this.written(row, at)
    const evicted = Math.max(0, this.rows.length - this.capacity)
    this.rows = this.rows.slice(evicted)
    return evicted
  }

  touch(key: Key, at: number): void {
    const row = this.row(key)
    if (row !== undefined) this.written(row, at)
  }

  delete(key: Key): void {
    this.rows = this.rows.filter((row) => !Object.is(row.key, key))
  }

  setTimer(key: Key, time: number): void {
    const timers = this.row(key)?.timers
    if (timers?.every((timer) => timer.time !== time) === true) timers.push({ time, order: this.timersSet++ })
  }

  deleteTimer(key: Key, time: number): void {
    const timers = this.row(key)?.timers ?? []
    const place = timers.findIndex((timer) => timer.time === time)
    if (place >= 0) timers.splice(place, 1)
  }

  /** All that are due. */
  due(limit: number): ReadonlyArray<{ readonly key: Key; readonly time: number }> {
    const fired = this.rows.flatMap((row) => {
      const due = row.timers.filter(({ time }) => time <= limit)
      for (const { time } of due) this.deleteTimer(row.key, time)
      return due.filter(({ time }) => !this.isOver(row, time)).map(({ order, time }) => ({ key: row.key, time, order }))
    })
    this.rows = this.rows.filter((row) => !this.isOver(row, limit))
    return fired.toSorted((a, b) => a.time - b.time || a.order - b.order).map(({ key, time }) => ({ key, time }))
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
const written = (entries: Iterable<StateEntry>): ReadonlyMap<string, string> =>
  new Map(Array.from(entries, ({ key, value }) => [hex(key), hex(value)]))

const shuffled = <A>(all: ReadonlyArray<A>, seed: number): ReadonlyArray<A> => {
  const random = stream(seed, "order")
  return all.map((each) => ({ each, at: random.uniform() })).toSorted((a, b) => a.at - b.at).map(({ each }) => each)
}

const bounds = [
  ["no bound", Infinity, undefined],
  ["a bound", 3, undefined],
  ["a time to live", Infinity, 3],
  ["both", 3, 3]
] as const

describe.each(bounds)("a table with %s", (_, capacity, ttlMillis) => {
  it.prop(
    "is what a list of rows would be, restored at any time from its entries in any order",
    [Steps],
    ([steps]) => {
      const model = new Model(capacity, ttlMillis ?? Infinity)
      const make = (): { readonly table: EntryTable<Key, number>; readonly part: StatePart } => {
        const table = new EntryTable<Key, number>({ capacity, ...(ttlMillis !== undefined && { ttlMillis }) })
        return { table, part: tablePart("table", table, {}) }
      }
      let { part, table } = make()
      part.changes()
      let fold = written(part.entries())

      const take = (step: Step): void => {
        const key = "key" in step ? keys[step.key] ?? 0 : 0
        switch (step._tag) {
          case "set":
            return assert.strictEqual(table.set(key, step.value, step.at), model.set(key, step.value, step.at))
          case "get":
            assert.strictEqual(table.has(key, step.at), model.get(key, step.at) !== undefined)
            return assert.strictEqual(table.get(key, step.at), model.get(key, step.at))
          case "touch":
            table.touch(key, step.at)
            return model.touch(key, step.at)
          case "delete":
            table.delete(key)
            return model.delete(key)
          case "setTimer":
            table.setTimer(key, step.time)
            return model.setTimer(key, step.time)
          case "deleteTimer":
            table.deleteTimer(key, step.time)
            return model.deleteTimer(key, step.time)
          case "due": {
            const fired: Array<{ readonly key: Key; readonly time: number }> = []
            for (let due = table.due(step.limit); due !== undefined; due = table.due(step.limit)) fired.push(due)
            return assert.deepStrictEqual(fired, model.due(step.limit))
          }
          case "restore": {
            const entries = Array.from(part.entries())
            ;({ part, table } = make())
            assert.isTrue(part.restore(shuffled(entries, step.seed), part.version))
            part.changes()
            assert.deepStrictEqual(written(part.entries()), written(entries))
          }
        }
      }

      for (const step of steps) {
        take(step)
        assert.deepStrictEqual(Array.from(table.entries()), model.rows.map(({ key, value }) => [key, value] as const))
        assert.strictEqual(table.size, model.rows.length)
        assert.strictEqual(part.size(), model.rows.length)
        const changed = new Map(fold)
        for (const { key, value } of part.changes()) {
          if (value === undefined) changed.delete(hex(key))
          else changed.set(hex(key), hex(value))
        }
        fold = written(part.entries())
        assert.deepStrictEqual(new Map([...changed].toSorted()), new Map([...fold].toSorted()))
      }
    }
  )
})

describe("a table", () => {
  it("of another version, or whose bytes are none, is not taken up", () => {
    const part = (version: number) => tablePart("table", new EntryTable<string, number>({ capacity: 3 }), { version })
    const before = new EntryTable<string, number>({ capacity: 3 })
    before.set("a", 1)
    const entries = Array.from(tablePart("table", before, { version: 1 }).entries())
    assert.isTrue(part(1).restore(entries, 1))
    assert.isFalse(part(2).restore(entries, 1))
    assert.isFalse(part(1).restore(entries.map(({ key }) => ({ key, value: Uint8Array.of(1, 2) })), 1))
  })
})
