/** The state of `batch` and what each event does to it. */
import type { Schema } from "effect"
import { Contributors } from "../../domain/stream/Contributors.ts"
import { decodeContributors, encodeContributors } from "../../domain/stream/contributorsCodec.ts"
import type { EventContext, Progress } from "../../domain/stream/Envelope.ts"
import { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Timer } from "../stage/running/wakeAtDeadline.ts"
import type { Collector, ColumnsStep, Edge } from "../stage/Stage.ts"

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
  /** How a payload is kept in a snapshot. */
  readonly codec?: {
    readonly encode: (payload: A) => Schema.Json
    readonly decode: (json: Schema.Json) => A | undefined
  }
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
  { bytes, codec, size, withinMillis = Infinity }: BatchOptions<A>,
  timer: GroupTimer
): ColumnsStep<A, ReadonlyArray<A>, BatchState<A>> => {
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

  const stateCodec = codec === undefined ? undefined : {
    version: 1,
    encode: ({ group, heard, lastTick, told }: BatchState<A>): Schema.Json => ({
      heard: finite(heard),
      told: finite(told),
      lastTick: finite(lastTick),
      group: group === undefined ? null : {
        openedAt: group.openedAt,
        payloads: group.payloads.map(codec.encode),
        contributors: encodeContributors(group)
      }
    }),
    decode: (json: Schema.Json, version: number): BatchState<A> | undefined => {
      if (version !== 1 || !isRecord(json)) return undefined
      const { group = null, heard, lastTick, told } = json
      const state = { ...initial<A>(), heard: timeOf(heard), told: timeOf(told), lastTick: timeOf(lastTick) }
      if (group === null) return state
      const open = decodeGroup(group, codec.decode, bytes?.of)
      if (open === undefined) return undefined
      state.group = open
      timer.deadline = open.openedAt + withinMillis
      return state
    }
  }

  return {
    initial,
    onBatch: (state, batch, collector) => {
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
    onWatermark: (state, time, collector) => {
      if (time === Infinity) emit(state, collector)
      else emitIfDue(state, collector)
      if (time > state.heard) state.heard = time
      tellWatermark(state, collector)
    },
    onTick: (state, now, collector) => {
      if (now > state.lastTick) state.lastTick = now
      emitIfDue(state, collector)
    },
    assignsWatermarks: true,
    entries: ({ group }) => group?.payloads.length ?? 0,
    ...(stateCodec === undefined
      ? {
        onProgress: (state, mark, collector) => {
          if (state.group === undefined) collector.control(mark)
          else state.marks.push(mark)
        }
      }
      : { codec: stateCodec })
  }
}

const initial = <A>(): BatchState<A> => ({
  group: undefined,
  marks: [],
  heard: -Infinity,
  told: -Infinity,
  lastTick: -Infinity
})

/** JSON has no infinity: a time that was never set is `null`. */
const finite = (time: UtcTime): number | null => Number.isFinite(time) ? time : null

const timeOf = (json: Schema.Json | undefined): UtcTime => typeof json === "number" ? json : -Infinity

const decodeGroup = <A>(
  json: Schema.Json,
  decode: (json: Schema.Json) => A | undefined,
  bytesOf: ((payload: A) => number) | undefined
): Group<A> | undefined => {
  if (!isRecord(json)) return undefined
  const { contributors, openedAt, payloads } = json
  if (typeof openedAt !== "number" || !Array.isArray(payloads) || contributors === undefined) return undefined
  const group = decodeContributors(contributors, new Group<A>(openedAt))
  for (const each of payloads) {
    const payload = decode(each)
    if (payload === undefined) return undefined
    group?.payloads.push(payload)
    if (group !== undefined) group.bytes += bytesOf?.(payload) ?? 0
  }
  return group
}

const isRecord = (json: Schema.Json): json is Schema.JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)
