import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { intervalJoin } from "../../../src/operators/joins/intervalJoin.ts"
import { join } from "../../../src/operators/joins/join.ts"
import { sideRecord } from "../../../src/operators/joins/rowsPart.ts"
import { windowJoin } from "../../../src/operators/joins/windowJoin.ts"
import type { Operator, StageServices } from "../../../src/operators/stage/Stage.ts"
import { binary } from "../../../src/operators/state/Binary.ts"
import { cutInto, cutsDoNotMatter, runLaw, streamsAlike, survivesRestore } from "../../../src/testing/laws.ts"
import { disorder, itemsOf, type Timed, timesOf } from "../../support/timedItems.ts"
import { type Event, Events, numbered, ofLeft, ofRight, pairs, Sizes } from "./sides.ts"

type Join = Operator<Event, string, never, StageServices>

const told = (left: Event, right: Event): string => `${left.n} ${right.n}`
const alone = ({ n }: Event): string => `${n} alone`
const leftOuter = { ...ofLeft, unmatched: alone }
const rightOuter = { ...ofRight, unmatched: alone }

const rowsOf = (out: ReadonlyArray<unknown>): ReadonlyArray<string> => out.filter((row) => typeof row === "string")

const tell = (matched: ReadonlyArray<readonly [Timed<Event>, Timed<Event>]>): ReadonlyArray<string> =>
  matched.map(([left, right]) => told(left.payload, right.payload))

/** What `unmatched` gives for the events of these sides that are in no pair. */
const lonely = (
  events: ReadonlyArray<Timed<Event>>,
  matched: ReadonlyArray<readonly [Timed<Event>, Timed<Event>]>,
  sides = "lr"
): ReadonlyArray<string> => {
  const met = new Set(matched.flat().map(({ payload }) => payload.n))
  return events.flatMap(({ payload }) => sides.includes(payload.side) && !met.has(payload.n) ? [alone(payload)] : [])
}

/** The rows of a join are those expected, however its input is cut, watermarked or interleaved. */
const gives = (
  operator: Join,
  timed: ReadonlyArray<Timed<Event>>,
  sizes: ReadonlyArray<number>,
  at: number,
  expected: ReadonlyArray<string>
) =>
  Effect.gen(function*() {
    const items = itemsOf(timed)
    const { out } = yield* runLaw(operator, cutInto(items, sizes))
    assert.sameMembers([...rowsOf(out)], [...expected])
    const often = yield* runLaw(operator, cutInto(itemsOf(timed, true), sizes))
    assert.sameMembers([...rowsOf(often.out)], [...expected])
    // Another order within the disorder: no event before a watermark that is past it.
    const interleaved = timed.toSorted((a, b) =>
      a.time + (a.payload.n * 37 % disorder) - b.time - (b.payload.n * 37 % disorder)
    )
    const other = yield* runLaw(operator, cutInto(itemsOf(interleaved), sizes))
    assert.sameMembers([...rowsOf(other.out)], [...expected])
    yield* cutsDoNotMatter(operator, items, sizes)
    yield* streamsAlike(operator, cutInto(items, sizes))
    yield* survivesRestore(operator, items, Math.abs(at) % (items.length + 1))
  })

const drawn = { events: Events, sizes: Sizes, at: Schema.Int }

describe("join", () => {
  it.effect.prop("gives all pairs of a key, over all time", drawn, ({ at, events, sizes }) => {
    const timed = timesOf(numbered(events))
    const operator = join({ name: "join", left: ofLeft, right: ofRight, combine: told })
    return gives(operator, timed, sizes, at, tell(pairs(timed, () => true)))
  })

  it.effect.prop("gives what is alone at the end, where it is an outer join", drawn, ({ at, events, sizes }) => {
    const timed = timesOf(numbered(events))
    const all = pairs(timed, () => true)
    const operator = join({ name: "join", left: leftOuter, right: ofRight, combine: told })
    return gives(operator, timed, sizes, at, [...tell(all), ...lonely(timed, all, "l")])
  })

  it.effect.prop("pairs no further apart than the older side's time to live", drawn, ({ at, events, sizes }) => {
    const timed = timesOf(numbered(events))
    const all = pairs(timed, (left, right) => right - left <= 100 && left - right <= 50)
    const operator = join({
      name: "join",
      left: { ...leftOuter, ttlMillis: 100 },
      right: { ...rightOuter, ttlMillis: 50 },
      combine: told
    })
    return gives(operator, timed, sizes, at, [...tell(all), ...lonely(timed, all)])
  })

  it.effect.prop(
    "with one row a key on the left holds no right row that has met it",
    drawn,
    ({ at, events, sizes }) => {
      const seen = new Set<number>()
      const unique = numbered(events).filter(({ key, side }) => side !== "l" || (!seen.has(key) && seen.add(key)))
      const timed = timesOf(unique)
      const operator = join({ name: "join", left: { ...ofLeft, unique: true }, right: ofRight, combine: told })
      const met = new Set(unique.filter(({ side }) => side === "l").map(({ key }) => key))
      return Effect.gen(function*() {
        yield* gives(operator, timed, sizes, at, tell(pairs(timed, () => true)))
        const { left, right } = yield* heldBy(operator, itemsOf(timed))
        assert.sameMembers([...left], unique.filter(({ side }) => side === "l").map(({ n }) => n))
        assert.sameMembers(
          [...right],
          unique.filter(({ key, side }) => side === "r" && !met.has(key)).map(({ n }) => n)
        )
      })
    }
  )
})

describe("intervalJoin", () => {
  it.effect.prop("gives all pairs of an interval, both ends in it", drawn, ({ at, events, sizes }) => {
    const timed = timesOf(numbered(events))
    const all = pairs(timed, (left, right) => right - left >= -30 && right - left <= 70)
    const options = { name: "interval", lowerMillis: -30, upperMillis: 70, combine: told }
    return Effect.gen(function*() {
      yield* gives(intervalJoin({ ...options, left: ofLeft, right: ofRight }), timed, sizes, at, tell(all))
      const outer = intervalJoin({ ...options, left: leftOuter, right: rightOuter })
      yield* gives(outer, timed, sizes, at, [...tell(all), ...lonely(timed, all)])
    })
  })

  it.effect("has both ends of the interval in it, and nothing beyond", () =>
    Effect.gen(function*() {
      const at = (side: "l" | "r", n: number, time: number): Timed<Event> => ({
        payload: { side, n, key: 0, step: 0, behind: 0, mark: 1 },
        time
      })
      const timed = [at("r", 1, 69), at("r", 2, 70), at("l", 0, 100), at("r", 3, 170), at("r", 4, 171)]
      for (const order of [timed, timed.toReversed()]) {
        const operator = intervalJoin({
          name: "interval",
          left: ofLeft,
          right: ofRight,
          lowerMillis: -30,
          upperMillis: 70,
          combine: told
        })
        const { out } = yield* runLaw(operator, [itemsOf(order)])
        assert.sameMembers([...rowsOf(out)], ["0 2", "0 3"])
      }
    }))

  it.effect.prop("of times after only, or before only", drawn, ({ at, events, sizes }) => {
    const timed = timesOf(numbered(events))
    return Effect.forEach([[10, 60], [-60, -10]] as const, ([lowerMillis, upperMillis]) =>
      gives(
        intervalJoin({ name: "interval", left: ofLeft, right: ofRight, lowerMillis, upperMillis, combine: told }),
        timed,
        sizes,
        at,
        tell(pairs(timed, (left, right) => right - left >= lowerMillis && right - left <= upperMillis))
      ), { discard: true })
  })

  it.effect.prop("holds what can still be matched, and nothing else", drawn, ({ events }) =>
    Effect.gen(function*() {
      const timed = timesOf(numbered(events))
      const items = itemsOf(timed, true)
      const watermark = Math.max(...timed.map(({ time }) => time)) - disorder - 1
      const operator = intervalJoin({
        name: "interval",
        left: ofLeft,
        right: ofRight,
        lowerMillis: -30,
        upperMillis: 70,
        combine: told
      })
      const { left, right } = yield* heldBy(operator, items)
      const still = (side: string, millis: number) =>
        timed.filter(({ payload, time }) => payload.side === side && time + millis > watermark).map(({ payload }) =>
          payload.n
        )
      assert.sameMembers([...left], still("l", 70))
      assert.sameMembers([...right], still("r", 30))
    }))
})

const windowsOf = (time: number, size: number, slide: number): ReadonlyArray<number> => {
  const starts: Array<number> = []
  for (let start = Math.floor(time / slide) * slide; start > time - size; start -= slide) starts.push(start)
  return starts
}

describe("windowJoin", () => {
  const Window = Schema.Literals([[100, 100], [120, 40], [100, 30]].map(([size, slide]) => `${size} ${slide}`))
  const drawnWindow = { ...drawn, window: Window }

  it.effect.prop("gives all pairs of each window", drawnWindow, ({ at, events, sizes, window }) => {
    const [size = 0, slide = 0] = window.split(" ").map(Number)
    const timed = timesOf(numbered(events))
    const starts = [...new Set(timed.flatMap(({ time }) => windowsOf(time, size, slide)))]
    const inWindow = starts.map((start) => {
      const members = timed.filter(({ time }) => time >= start && time < start + size)
      return { start, members, all: pairs(members, () => true) }
    })
    const options = { name: "windows", window: { sizeMillis: size, slideMillis: slide } }
    const combine = (l: Event, r: Event, { end, start }: { start: number; end: number }) =>
      `${told(l, r)} ${start} ${end}`
    return Effect.gen(function*() {
      const expected = inWindow.flatMap(({ all, start }) => tell(all).map((row) => `${row} ${start} ${start + size}`))
      yield* gives(windowJoin({ ...options, left: ofLeft, right: ofRight, combine }), timed, sizes, at, expected)
      const outer = windowJoin({ ...options, left: leftOuter, right: rightOuter, combine })
      yield* gives(outer, timed, sizes, at, [
        ...expected,
        ...inWindow.flatMap(({ all, members }) => lonely(members, all))
      ])
    })
  })

  it.effect.prop(
    "semi: each left event once a window in which it has a match",
    drawnWindow,
    ({ at, events, sizes, window }) => {
      const [size = 0, slide = 0] = window.split(" ").map(Number)
      const timed = timesOf(numbered(events))
      const expected = timed.filter(({ payload }) => payload.side === "l").flatMap((left) =>
        windowsOf(left.time, size, slide)
          .filter((start) =>
            timed.some(({ payload, time }) =>
              payload.side === "r" && payload.key === left.payload.key && time >= start && time < start + size
            )
          )
          .map((start) => `${left.payload.n} ${start}`)
      )
      const operator = windowJoin({
        name: "windows",
        type: "semi",
        window: { sizeMillis: size, slideMillis: slide },
        left: ofLeft,
        right: ofRight,
        combine: (l, _, { start }) => `${l.n} ${start}`
      })
      return gives(operator, timed, sizes, at, expected)
    }
  )
})

const records = binary(sideRecord<number, { readonly n: number }>(undefined))
const numbers = binary(Schema.Int)

/** The numbers of the events that are held before the end of the input. */
const heldBy = (operator: Join, items: ReadonlyArray<Item<Event>>) =>
  Effect.gen(function*() {
    const { snapshot } = yield* runLaw(operator, [items])
    const [state] = snapshot.values()
    const rows = (state?.get("rows")?.entries ?? []).map(({ key, value }) => ({
      order: numbers.read(key) ?? NaN,
      side: value[0],
      n: records.read(value.subarray(1))?.value.n
    })).toSorted((a, b) => a.order - b.order)
    const of = (side: number) => rows.flatMap((row) => row.side === side ? [row.n] : [])
    return { left: of(0), right: of(1) }
  })
