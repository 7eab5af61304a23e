/** The state of `batch` and what each event does to it. */
import { Schema, SchemaGetter } from "effect"
import { Contributors } from "../../domain/stream/Contributors.ts"
import { ContributorsRecord, readContributors, writeContributors } from "../../domain/stream/contributorsCodec.ts"
import type { EventContext, Progress } from "../../domain/stream/Envelope.ts"
import { Place } from "../../domain/stream/Place.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Timer } from "../stage/running/wakeAtDeadline.ts"
import type { Collector, ColumnsStep, Edge } from "../stage/Stage.ts"
import type { StateSchema } from "../state/Binary.ts"
import { Cell, cellPart } from "../state/Cell.ts"
import { readAgain, type StateDecl, structure } from "../state/State.ts"

export interface BatchOptions<A> {
  readonly name?: string
  /** Members of a group at most, at least 1. */
  readonly size: number
  /** Bytes of a group at most; a payload that is larger by itself is a group by itself. */
  readonly bytes?: { readonly max: number; readonly of: (payload: A) => number }
  /** How long a group may stay open, ms; default: until it is full. */
  readonly withinMillis?: number
  /** What that is measured by: the clock, or the ticks of the source and the events' receive times, as in a replayed file. Default `clock`. */
  readonly timer?: "clock" | "ticks"
  /** How a payload is kept. Without it the open group is not: its events are read again after a restart. */
  readonly payload?: StateSchema<A>
  readonly edge?: Edge
}

class Group<A> extends Contributors {
  readonly payloads: Array<A> = []
  bytes = 0
  readonly openedAt: number

  constructor(openedAt: number) {
    super()
    this.openedAt = openedAt
  }
}

interface BatchState<A> {
  group: Group<A> | undefined
  /** Marks that came while the group was open. */
  marks: Array<Progress>
  /** The watermark as it came, and as it was passed on. */
  heard: UtcTime
  told: UtcTime
  lastTick: UtcTime
}

/** How a group's age is measured. */
export interface GroupTimer extends Timer {
  readonly now: (lastTick: UtcTime, context: EventContext | undefined) => number
}

export const tickTimer = (): GroupTimer => ({
  now: (lastTick, context) => Math.max(lastTick, context?.ingestTime ?? -Infinity),
  deadline: undefined
})

export const makeStep = <A>(
  { bytes, payload: schema, size, withinMillis = Infinity }: BatchOptions<A>,
  timer: GroupTimer
): ColumnsStep<A, ReadonlyArray<A>, Cell<BatchState<A>>> => {
  const most = Math.max(1, Math.floor(size))
  const tellWatermark = (state: BatchState<A>, collector: Collector<ReadonlyArray<A>>): void => {
    const time = state.group === undefined ? state.heard : Math.min(state.heard, state.group.to - 1)
    if (time <= state.told) return
    state.told = time
    collector.watermark(time)
  }
  const emit = (state: BatchState<A>, collector: Collector<ReadonlyArray<A>>): void => {
    const { group, marks } = state
    if (group === undefined) return
    collector.merged(group, group.payloads)
    state.group = undefined
    timer.deadline = undefined
    tellWatermark(state, collector)
    if (marks.length === 0) return
    for (const mark of marks) collector.control(mark)
    state.marks = []
  }
  const open = (state: BatchState<A>, openedAt: number): Group<A> => {
    timer.deadline = openedAt + withinMillis
    return state.group = new Group<A>(openedAt)
  }
  const emitIfDue = (state: BatchState<A>, collector: Collector<ReadonlyArray<A>>): void => {
    if (timer.deadline !== undefined && timer.now(state.lastTick, undefined) >= timer.deadline) emit(state, collector)
  }

  const state: StateDecl<Cell<BatchState<A>>> = schema === undefined
    ? readAgain(() => new Cell(initial<A>()))
    : structure([{ name: "group", bound: most }], () => {
      const cell = new Cell(initial<A>())
      return {
        state: cell,
        parts: [{
          ...cellPart("group", cell, { schema: stateSchema(schema, bytes?.of) }),
          size: () => cell.value.group?.payloads.length ?? 0
        }],
        ready: () => {
          const { group } = cell.value
          timer.deadline = group === undefined ? undefined : group.openedAt + withinMillis
        }
      }
    })

  return {
    state,
    onBatch: (cell, batch, collector) => {
      cell.touch()
      const state = cell.value
      const place = new Place(batch)
      for (const payload of batch.payloads) {
        place.advance()
        const { context } = place
        if (timer.deadline !== undefined && timer.deadline < Infinity) {
          if (timer.now(state.lastTick, context) >= timer.deadline) emit(state, collector)
        }
        const weight = bytes?.of(payload) ?? 0
        if (bytes !== undefined && state.group !== undefined && state.group.bytes + weight > bytes.max) {
          emit(state, collector)
        }
        const group = state.group ?? open(state, timer.now(state.lastTick, context))
        group.payloads.push(payload)
        group.bytes += weight
        collector.absorb(group, place)
        if (group.payloads.length >= most) emit(state, collector)
      }
    },
    onWatermark: (cell, time, collector) => {
      cell.touch()
      const state = cell.value
      if (time === Infinity) emit(state, collector)
      else emitIfDue(state, collector)
      if (time > state.heard) state.heard = time
      tellWatermark(state, collector)
    },
    onTick: (cell, now, collector) => {
      cell.touch()
      const state = cell.value
      if (now > state.lastTick) state.lastTick = now
      emitIfDue(state, collector)
    },
    assignsWatermarks: true,
    ...(schema === undefined && {
      onBarrier: ({ value: state }: Cell<BatchState<A>>, collector: Collector<ReadonlyArray<A>>) =>
        emit(state, collector),
      onProgress: ({ value: state }: Cell<BatchState<A>>, mark: Progress, collector: Collector<ReadonlyArray<A>>) => {
        if (state.group === undefined) collector.control(mark)
        else state.marks.push(mark)
      }
    })
  }
}

const initial = <A>(): BatchState<A> => ({
  group: undefined,
  marks: [],
  heard: -Infinity,
  told: -Infinity,
  lastTick: -Infinity
})

/** Marks are not in it: what is kept lets them pass. */
const stateSchema = <A>(
  payload: StateSchema<A>,
  bytesOf: ((payload: A) => number) | undefined
): StateSchema<BatchState<A>> =>
  Schema.Struct({
    heard: Numeric,
    told: Numeric,
    lastTick: Numeric,
    group: Schema.NullOr(Schema.Struct({
      openedAt: Numeric,
      payloads: Schema.Array(payload),
      contributors: ContributorsRecord
    }))
  }).pipe(Schema.decodeTo(Schema.declare((_state): _state is BatchState<A> => true), {
    decode: SchemaGetter.transform(({ group: kept, heard, lastTick, told }) => {
      const state: BatchState<A> = { ...initial<A>(), heard, told, lastTick }
      if (kept === null) return state
      const group = readContributors(kept.contributors, new Group<A>(kept.openedAt))
      for (const each of kept.payloads) {
        group.payloads.push(each)
        group.bytes += bytesOf?.(each) ?? 0
      }
      return { ...state, group }
    }),
    encode: SchemaGetter.transform(({ group, heard, lastTick, told }: BatchState<A>) => ({
      heard,
      told,
      lastTick,
      group: group === undefined ? null : {
        openedAt: group.openedAt,
        payloads: group.payloads,
        contributors: writeContributors(group)
      }
    }))
  }))
