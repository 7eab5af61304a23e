import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { intervalJoin } from "../../../src/operators/joins/intervalJoin.ts"
import { join } from "../../../src/operators/joins/join.ts"
import { windowJoin } from "../../../src/operators/joins/windowJoin.ts"
import { keyed } from "../../../src/operators/keyed/keyed.ts"
import { andThen, map, type Operator, type StageServices, stateful } from "../../../src/operators/stage/Stage.ts"
import * as State from "../../../src/operators/state/State.ts"
import { session, sliding, tumbling, type WindowAssigner } from "../../../src/operators/windows/assigners.ts"
import { window } from "../../../src/operators/windows/window.ts"
import { cutInto, runLaw, survivesRestore } from "../../../src/testing/laws.ts"
import { itemsOf, timesOf, Timing } from "../../support/timedItems.ts"

const Event = Schema.Struct({
  ...Timing.fields,
  which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
  left: Schema.Boolean,
  n: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))
})
type Event = typeof Event.Type

/** Keys that JSON has no word for, or that are not equal to themselves, and others of the same order that are like any. */
const odd = [-Infinity, 0, 0.1, 1, Infinity, NaN]
const plain = odd.map((_, which) => 10 + which)

interface Keys {
  readonly key: (event: Event) => number
  /** What a key is called, whichever of the two it is. */
  readonly name: (key: number) => string
}

const keysOf = (keys: ReadonlyArray<number>): Keys => ({
  key: ({ which }) => keys[which] ?? assert.fail("no such key"),
  name: (key) => `key ${keys.findIndex((each) => Object.is(each, key))}`
})

type Odd = Operator<Event, unknown, never, StageServices>

/** Windows by such a key, of groups by such a key. */
const windows = (assigner: WindowAssigner) => ({ key, name }: Keys): Odd =>
  andThen(
    window({
      name: "window",
      assigner,
      key,
      aggregate: Aggregate.all({
        sums: Aggregate.sum(({ n }: Event) => n),
        next: Aggregate.countBy((event: Event) => key({ ...event, which: (event.which + event.n) % odd.length })),
        most: Aggregate.topKeys(2, Aggregate.countBy((event: Event) => key({ ...event, which: event.n % 6 })), "first"),
        groups: Aggregate.groupBy((event: Event) => key({ ...event, which: event.n % 6 }), Aggregate.count())
      }),
      allowedLatenessMillis: 10
    }),
    map("told", ({ key, value: { groups, most, next, sums }, ...rest }) => ({
      ...rest,
      key: name(key),
      sums,
      next: told(next, name).toSorted(),
      most: told(most, name),
      groups: told(groups, name).toSorted()
    }))
  )

const told = (entries: Iterable<readonly [key: number, value: number]>, name: Keys["name"]): ReadonlyArray<string> =>
  Array.from(entries, ([key, value]) => `${name(key)}: ${value}`)

const sidesOf = (key: Keys["key"]) => ({
  left: { key, select: (event: Event) => event.left ? event : undefined, unmatched: ({ n }: Event) => `${n} alone` },
  right: { key, select: (event: Event) => event.left ? undefined : event, unmatched: ({ n }: Event) => `${n} alone` }
})
const pair = (left: Event, right: Event) => `${left.which} ${left.n} ${right.n}`

const operators: Readonly<Record<string, (keys: Keys) => Odd>> = {
  "keyed state": ({ key, name }) =>
    keyed<Event, number, number, string>({
      name: "keyed",
      key,
      capacity: 4,
      ttlMillis: 90,
      onEvent: ({ n }, state) => {
        state.set((state.value ?? 0) + n)
        state.setTimer(state.time + 30)
        state.emit(`${name(state.key)} at ${state.time}: ${state.value}`)
      },
      onTimer: (state, time) => state.emit(`${name(state.key)} timer ${time}: ${state.value}`)
    }),
  "a table of one's own, as dedupe has one": ({ key, name }) =>
    stateful<Event, string, State.Table<number, number>>({
      name: "seen",
      state: State.table({ capacity: 3, ttlMillis: 60 }),
      onEvents: (seen, events, emit) => {
        for (const event of events) {
          const each = key(event.payload)
          const { eventTime } = event.context
          const before = seen.get(each, eventTime)
          const evicted = before === undefined ? seen.set(each, event.payload.n, eventTime) : 0
          seen.setTimer(each, eventTime + 20)
          emit.out(event, `${name(each)}: ${before} ${seen.get(each, eventTime)}, ${evicted} out of ${seen.size}`)
        }
      },
      onWatermark: (seen, time) => {
        for (let due = seen.due(time); due !== undefined; due = seen.due(time)) seen.delete(due.key)
      }
    }),
  "tumbling windows": windows(tumbling(50)),
  "sliding windows": windows(sliding(60, 20)),
  "session windows": windows(session(15)),
  "a join": ({ key }) => join({ name: "join", capacity: 20, combine: pair, ...sidesOf(key) }),
  "an interval join": ({ key }) =>
    intervalJoin({ name: "join", lowerMillis: -30, upperMillis: 40, combine: pair, ...sidesOf(key) }),
  "a window join": ({ key }) => windowJoin({ name: "join", window: { sizeMillis: 50 }, combine: pair, ...sidesOf(key) })
}

describe.each(Object.entries(operators))("%s by keys such as NaN", (_, operatorOf) => {
  it.effect.prop(
    "goes on after a restart as without one, and gives what other keys give",
    { drawn: Schema.Array(Event).check(Schema.isMinLength(1)), at: Schema.Int },
    ({ at, drawn }) =>
      Effect.gen(function*() {
        const items = itemsOf(timesOf(drawn))
        yield* survivesRestore(operatorOf(keysOf(odd)), items, Math.abs(at) % (items.length + 1))
        const [given, expected] = yield* Effect.forEach([odd, plain], (keys) =>
          runLaw(operatorOf(keysOf(keys)), cutInto(items, [3])))
        assert.deepStrictEqual(given?.out, expected?.out)
        assert.deepStrictEqual(given?.letters, expected?.letters)
      })
  )
})
