/**
 * The context of an event that a source numbered: made in full only when somebody looks.
 *
 * The id is the trace id, 32 hex digits: eight that name the source, ten of the event's number, and fourteen that are uniformly random for
 * OpenTelemetry's consistent sampling, drawn from both by murmur3's finalizer. The same source and number always give the same id.
 */
import { Buffer } from "node:buffer"
import { hash32, mix32 } from "../text/hash32.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { contextBelow, type EventContext, type TraceContext } from "./Envelope.ts"

/** What the events of one array of a source have in common. */
export interface SequenceArray {
  readonly sourceId: string
  /** 32 bits that tell this source's ids from others': {@link saltOf} its name. */
  readonly salt: number
  /** The number of the array's first event: 0 to 2^40 - 1. */
  readonly first: number
  readonly ingestTime: UtcTime
}

/** What an id's 56 random bits are made of: 32 of an event's own. */
export const sequenceBits = (salt: number, sequence: number): number => mix32(sequence + salt | 0)

/** The upper 24 of the random bits. */
export const sequenceHigh24 = (bits: number): number => bits >>> 8

/** The lower 32 of the random bits. */
export const sequenceLow32 = (bits: number): number => mix32(bits + 0x9e3779b9 | 0)

/** A source's name as a number. Signed, which the engine keeps without a box. */
export const saltOf = (name: string): number => hash32(name) | 0

/** Kept small: an id that is kept keeps the text of all that were made with it. */
const mostIds = 32
const idBytes = Buffer.alloc(16 * mostIds)
const words = new DataView(idBytes.buffer, idBytes.byteOffset, idBytes.length)

const writeId = (at: number, salt: number, sequence: number): void => {
  const bits = sequenceBits(salt, sequence)
  const low = sequenceLow32(bits)
  words.setUint32(at, salt)
  words.setUint8(at + 4, Math.floor(sequence / 0x1_0000_0000))
  words.setUint32(at + 5, sequence)
  words.setUint32(at + 9, (sequenceHigh24(bits) << 8) | (low >>> 24))
  words.setUint32(at + 12, low)
}

/** The id, and trace id, of an event. */
export const sequenceId = (salt: number, sequence: number): string => {
  writeId(0, salt, sequence)
  return idBytes.toString("hex", 0, 16)
}

/** The ids of the events at some places behind `first`: many at once cost a fifth. */
export const sequenceIds = (salt: number, first: number, places: ReadonlyArray<number>): ReadonlyArray<string> => {
  const ids: Array<string> = []
  for (let from = 0; from < places.length; from += mostIds) {
    const count = Math.min(mostIds, places.length - from)
    for (let i = 0; i < count; i++) writeId(16 * i, salt, first + (places[from + i] ?? 0))
    const digits = idBytes.toString("hex", 0, 16 * count)
    for (let i = 0; i < count; i++) ids.push(digits.substring(32 * i, 32 * i + 32))
  }
  return ids
}

export class SequenceContext implements EventContext {
  readonly array: SequenceArray
  readonly place: number
  readonly eventTime: UtcTime

  constructor(array: SequenceArray, place: number, eventTime: UtcTime) {
    this.array = array
    this.place = place
    this.eventTime = eventTime
  }

  get id(): string {
    return sequenceId(this.array.salt, this.array.first + this.place)
  }

  get sourceId(): string {
    return this.array.sourceId
  }

  get sourceKind(): string {
    return "unknown"
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

/** Whether it was numbered by its source and never looked into: neither sampled nor with lineage. */
export const isNumbered = (context: EventContext): boolean => context instanceof SequenceContext

/** A context with another event time; the same one if it has that time already. One that was not made in full stays so. */
export const contextAt = (context: EventContext, eventTime: UtcTime): EventContext => {
  if (context.eventTime === eventTime) return context
  if (!(context instanceof SequenceContext)) {
    return contextBelow(context, context.trace, context.lineage, eventTime)
  }
  return new SequenceContext(context.array, context.place, eventTime)
}
