/**
 * State by key, with timers and a time to live: what aggregates, sessions and state machines are made of.
 *
 * `onEvent` sees each event with the value of its key, in order of arrival; it may set or clear the value, set and delete timers, and emit.
 * `onTimer` runs when the watermark reaches a timer: all timers in order of time, those of one time in the order in which they were set.
 *
 * Order and arrays kept: what an array's events emit stays in their order and in one array; what timers emit stands before the watermark
 * that made them due. **Time.** Event time throughout. A value is there for events and timers less than `ttlMillis` after its last write
 * (with `ttlFrom: "access"`: after the last event of its key), whether or not the watermark has been there, so that answers do not depend on
 * how often it comes; it leaves memory, with its timers, when the watermark reaches that time. When the input ends all timers fire; one
 * that always sets another has to look at `watermark`, which is then +Infinity.
 *
 * **State.** A table (see `State.table`) with an entry a key: value, contributors (see `Contributors`), timers. At most `capacity` keys: the one written longest ago
 * goes, with its timers, and is counted as `evicted`. An entry whose value was never set goes with its last timer. About 250 bytes a key
 * besides the value, 100 a timer. **Errors.** What user code throws ends the pipeline with the stage's name, as the state may be half changed.
 * **Tracing.** A sampled event has a `get` and a `put` span here, each linked to the writer of the value that was there.
 *
 * **Cost.** A map look-up an event, and a few writes for `set`; no allocation but for new keys and timers.
 * A key's own timers are searched in line: keep them few.
 */
import { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { type Collector, columns, type Edge, type Operator, type StageServices } from "../stage/Stage.ts"
import type { Key, StateSchema } from "../state/Binary.ts"
import { Cell, timePart } from "../state/Cell.ts"
import { structure } from "../state/State.ts"
import { EntryTable } from "../state/Table.ts"
import { tablePart } from "../state/tablePart.ts"
import { Cursor, type KeyedState } from "./Cursor.ts"

export type { Key } from "../state/Binary.ts"
export type { KeyedState } from "./Cursor.ts"

export interface KeyedOptions<in A, in out K extends Key, in out V, out B> {
  readonly name: string
  /** `place`: where the event stands, for keys that its context says (`place.context`). */
  readonly key: (payload: A, place: Place) => K
  readonly onEvent: (payload: A, state: KeyedState<K, V, B>) => void
  readonly onTimer?: (state: KeyedState<K, V, B>, time: UtcTime) => void
  /** How many keys are held at most; `Infinity` where something else bounds them (a time to live, timers that clear, few keys). */
  readonly capacity: number
  /** How long after it was last written a value is there, ms of event time. For ever if not said. */
  readonly ttlMillis?: number
  /** What the time to live counts from. */
  readonly ttlFrom?: "write" | "access"
  /** How values are kept; without it they must be JSON as they are. */
  readonly value?: StateSchema<V>
  readonly edge?: Edge
}

/** What the stage holds: the entries, time, and the one cursor. */
interface KeyedStage<K extends Key, V, B> {
  readonly table: EntryTable<K, V>
  readonly watermark: Cell<UtcTime>
  cursor: Cursor<K, V, B> | undefined
}

export const keyed = <A, K extends Key, V, B>(
  options: KeyedOptions<A, K, V, B>
): Operator<A, B, never, StageServices> => {
  const { capacity, key: keyOf, name, onEvent, onTimer, ttlFrom, ttlMillis = Infinity } = options
  const expires = ttlMillis < Infinity
  const touches = expires && ttlFrom === "access"

  const fire = (stage: KeyedStage<K, V, B>, limit: UtcTime, collector: Collector<B>): void => {
    const { table } = stage
    for (let timer = table.nextDue(limit); timer !== undefined; timer = table.nextDue(limit)) {
      const { entry, time } = timer
      const cursor = cursorOf(stage, entry.key, collector)
      cursor.openTimer(entry, time, collector)
      onTimer?.(cursor, time)
      if (entry.value === undefined && entry.timers === undefined) table.remove(entry)
    }
  }

  return columns<A, B, KeyedStage<K, V, B>>({
    name,
    ...(options.edge !== undefined && { edge: options.edge }),
    state: structure([{ name: "entries", bound: capacity }, { name: "watermark", bound: 1 }], () => {
      const table = new EntryTable<K, V>({ capacity, ttlMillis })
      const watermark = new Cell<UtcTime>(-Infinity)
      return {
        state: { table, watermark, cursor: undefined },
        parts: [tablePart("entries", table, options), timePart("watermark", watermark)]
      }
    }),
    onBatch: (stage, batch, collector) => {
      const { table } = stage
      const { byKey } = table
      const place = new Place(batch)
      for (const payload of batch.payloads) {
        place.advance()
        const key = keyOf(payload, place)
        const held = byKey.get(key)
        const entry = expires && held !== undefined && table.isOver(held, place.time) ? undefined : held
        if (touches && entry !== undefined) table.live(entry, place.time)
        const cursor = cursorOf(stage, key, collector)
        cursor.openEvent(key, entry, place, collector)
        onEvent(payload, cursor)
      }
    },
    onWatermark: (stage, time, collector) => {
      stage.watermark.value = time
      fire(stage, time, collector)
    }
  })
}

const cursorOf = <K extends Key, V, B>(
  stage: KeyedStage<K, V, B>,
  key: K,
  collector: Collector<B>
): Cursor<K, V, B> => stage.cursor ??= new Cursor(stage.table, stage.watermark, key, collector)
