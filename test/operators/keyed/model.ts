/** What keyed state does, in the plainest way: everything is looked for in lists. */
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { type Control, watermark } from "../../../src/domain/stream/Envelope.ts"
import { type Command, type Options, timerTime } from "./program.ts"

interface Held {
  readonly key: string
  value: number | undefined
  touched: number
  /** Times of the events that wrote it. */
  writers: Array<number>
}

export interface ModelRun {
  readonly out: ReadonlyArray<string | Control>
  /** What is held before the end of the input, the one written longest ago first. */
  readonly held: ReadonlyArray<Held & { readonly timers: ReadonlyArray<number> }>
}

export const runModel = (items: ReadonlyArray<Item<Command>>, options: Options): ModelRun => {
  const { capacity, ttlFrom, ttlMillis = Infinity } = options
  // In order of their last write.
  let held: Array<Held> = []
  // All timers in the order in which they were set.
  let timers: Array<{ readonly key: string; readonly time: number }> = []
  const out: Array<string | Control> = []

  const isOver = (entry: Held, time: number): boolean => time >= entry.touched + ttlMillis
  const forget = (entry: Held): void => {
    held = held.filter((other) => other !== entry)
    timers = timers.filter(({ key }) => key !== entry.key)
  }
  const find = (key: string, time: number): Held | undefined =>
    held.find((entry) => entry.key === key && !isOver(entry, time))
  const make = (key: string, time: number): Held => {
    const stale = held.find((entry) => entry.key === key)
    if (stale !== undefined) forget(stale)
    return { key, value: undefined, touched: time, writers: [] }
  }
  const write = (entry: Held, time: number): void => {
    held = [...held.filter((other) => other !== entry), entry]
    entry.touched = Math.max(entry.touched, time)
    const [first] = held
    if (held.length > capacity && first !== undefined) forget(first)
  }
  const setTimer = (entry: Held, time: number): void => {
    if (timers.some((timer) => timer.key === entry.key && timer.time === time)) return
    timers.push({ key: entry.key, time })
  }
  const timersOf = (key: string): ReadonlyArray<number> =>
    timers.filter((timer) => timer.key === key).map(({ time }) => time)

  const onEvent = ({ key: number, n, op }: Command, time: number): void => {
    const key = `key ${number}`
    let entry = find(key, time)
    if (entry !== undefined && ttlFrom === "access") entry.touched = Math.max(entry.touched, time)
    out.push(`${key} at ${time}: ${entry?.value}`)
    if (op === "set") {
      entry ??= make(key, time)
      entry.value = (entry.value ?? 0) + n
      entry.writers.push(time)
      write(entry, time)
    } else if (op === "clear") { if (entry !== undefined) forget(entry) }
    else if (op === "timer") {
      if (entry === undefined) {
        entry = make(key, time)
        entry.writers.push(time)
        write(entry, time)
      }
      setTimer(entry, timerTime(time, n))
    } else if (op === "delete" && entry !== undefined) {
      timers = timers.filter((timer) => timer.key !== key || timer.time !== timerTime(time, n))
      if (entry.value === undefined && timersOf(key).length === 0) forget(entry)
    }
  }

  const onWatermark = (limit: number): void => {
    for (;;) {
      const time = Math.min(...timers.map((timer) => timer.time))
      const timer = timers.find((each) => each.time === time)
      if (timer === undefined || time > limit) break
      timers = timers.filter((other) => other !== timer)
      const entry = find(timer.key, time)
      if (entry === undefined) continue
      out.push(`${entry.key} timer ${time} at ${time}: ${entry.value}`)
      if (entry.value === undefined) { if (timersOf(entry.key).length === 0) forget(entry) }
      else if (entry.value % 7 === 1) {
        entry.value++
        write(entry, time)
        setTimer(entry, time + 20)
      } else if (entry.value % 5 === 0) forget(entry)
    }
    for (const entry of held) if (isOver(entry, limit)) forget(entry)
  }

  for (const item of items) {
    if (item._tag === "Event") onEvent(item.payload, item.context.eventTime)
    else {
      if (item._tag === "Watermark") onWatermark(item.time)
      out.push(item)
    }
  }
  const before = held.map((entry) => ({
    key: entry.key,
    value: entry.value,
    touched: entry.touched,
    writers: entry.writers,
    timers: timersOf(entry.key).toSorted((a, b) => a - b)
  }))
  onWatermark(Infinity)
  out.push(watermark(Infinity))
  return { out, held: before }
}
