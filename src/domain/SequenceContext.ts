/**
 * The context of an event that a source numbered: made in full only when somebody looks.
 *
 * The id is the trace id, 32 hex digits: eight that name the source, ten of the event's number, and fourteen that are uniformly random for
 * OpenTelemetry's consistent sampling, drawn from both by murmur3's finalizer. The same source and number always give the same id.
 */
import { contextBelow, type EventContext, type TraceContext } from "./Envelope.ts"
import type { UtcTime } from "./UtcTime.ts"

/** What the events of one array of a source have in common. */
export interface SequenceArray {
  readonly sourceId: string
  /** 32 bits that tell this source's ids from others': {@link saltOf} its name. */
  readonly salt: number
  /** The number of the array's first event: 0 to 2^40 - 1. */
  readonly first: number
  /** UTC, ms, by place in the array. */
  readonly eventTimes: ReadonlyArray<UtcTime>
  readonly ingestTime: UtcTime
}

/** murmur3's finalizer: every bit of the result depends on every bit of `x`. */
const mix = (x: number): number => {
  let h = x ^ (x >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The lower 32 of an id's 56 random bits. */
export const sequenceLow32 = (salt: number, sequence: number): number => mix(sequence + salt | 0)

/** The upper 24 of an id's 56 random bits, from its lower ones. */
export const sequenceHigh24 = (low32: number): number => mix(low32 + 0x9e3779b9 | 0) >>> 8

/** A hash of a name: FNV-1a-32, finalized. */
export const saltOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return mix(hash)
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** The id, and trace id, of an event. */
export const sequenceId = (salt: number, sequence: number): string => {
  const low32 = sequenceLow32(salt, sequence)
  return hex(salt, 8) + hex(sequence, 10) + hex(sequenceHigh24(low32), 6) + hex(low32, 8)
}

export class SequenceContext implements EventContext {
  readonly array: SequenceArray
  readonly place: number

  /** Two fields, and no number in them that would be boxed: this object is all that most events cost. */
  constructor(array: SequenceArray, place: number) {
    this.array = array
    this.place = place
  }

  get id(): string {
    return sequenceId(this.array.salt, this.array.first + this.place)
  }

  get sourceId(): string {
    return this.array.sourceId
  }

  get sourceKind(): "unknown" {
    return "unknown"
  }

  get eventTime(): UtcTime {
    return this.array.eventTimes[this.place] ?? -Infinity
  }

  get ingestTime(): UtcTime {
    return this.array.ingestTime
  }

  get position(): undefined {
    return undefined
  }

  get trace(): TraceContext {
    return { traceId: this.id, spanId: undefined, sampled: false, traceState: undefined }
  }

  get lineage(): undefined {
    return undefined
  }

  get raw(): undefined {
    return undefined
  }
}

/** A context with another event time; the same one if it has that time already. One that was not made in full stays so. */
export const contextAt = (context: EventContext, eventTime: UtcTime): EventContext => {
  if (context.eventTime === eventTime) return context
  if (!(context instanceof SequenceContext)) {
    return contextBelow(context, context.trace, context.lineage, eventTime)
  }
  const { array: { first, ingestTime, salt, sourceId }, place } = context
  return new SequenceContext({ sourceId, salt, first: first + place, eventTimes: [eventTime], ingestTime }, 0)
}
