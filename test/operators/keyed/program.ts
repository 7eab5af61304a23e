/** A small user program that does everything that keyed state allows, by command. */
import { Schema } from "effect"
import type { KeyedState } from "../../../src/operators/keyed/keyed.ts"
import { Timing } from "../../support/timedItems.ts"

export const Command = Schema.Struct({
  ...Timing.fields,
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 })),
  op: Schema.Literals(["set", "set", "set", "clear", "timer", "timer", "delete", "look"]),
  n: Schema.Int.check(Schema.isBetween({ minimum: -1, maximum: 6 }))
})
export type Command = typeof Command.Type
export const Commands = Schema.Array(Command).check(Schema.isMinLength(1))

export const Options = Schema.Struct({
  capacity: Schema.Literals([1, 2, 3, 100]),
  ttlMillis: Schema.optionalKey(Schema.Literals([0, 30, 150])),
  ttlFrom: Schema.Literals(["write", "access"])
})
export type Options = typeof Options.Type

/** Timers fall on multiples of 20 ms, so that they meet. */
export const timerTime = (time: number, n: number): number => Math.floor((time + n * 20) / 20) * 20

export const program = {
  key: ({ key }: Command) => `key ${key}`,
  onEvent: ({ n, op }: Command, state: KeyedState<string, number, string>) => {
    state.emit(`${state.key} at ${state.time}: ${state.value}`)
    if (op === "set") state.set((state.value ?? 0) + n)
    else if (op === "clear") state.clear()
    else if (op === "timer") state.setTimer(timerTime(state.time, n))
    else if (op === "delete") state.deleteTimer(timerTime(state.time, n))
  },
  onTimer: (state: KeyedState<string, number, string>, time: number) => {
    const { value } = state
    state.emit(`${state.key} timer ${time} at ${state.time}: ${value}`)
    if (value === undefined) return
    if (value % 7 === 1) {
      state.set(value + 1)
      state.setTimer(time + 20)
    } else if (value % 5 === 0) state.clear()
  }
}
