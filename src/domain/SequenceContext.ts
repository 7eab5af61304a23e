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

/** What an id's 56 random bits are made of: 32 of an event's own. */
export const sequenceBits = (salt: number, sequence: number): number => mix(sequence + salt | 0)

/** The upper 24 of the random bits. */
export const sequenceHigh24 = (bits: number): number => bits >>> 8

/** The lower 32 of the random bits. */
export const sequenceLow32 = (bits: number): number => mix(bits + 0x9e3779b9 | 0)

/** A hash of a name: FNV-1a-32, finalized. */
export const saltOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  // As a signed number, which the engine keeps without a box.
  return mix(hash) | 0
}

/** The hex digits of every number of so many. */
const digitsOf = (digits: number): ReadonlyArray<string> =>
  Array.from({ length: 16 ** digits }, (_, value) => value.toString(16).padStart(digits, "0"))

const hex2 = digitsOf(2)
const hex3 = digitsOf(3)
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

// What the ids of 65,536 events in a row have in common.
let [prefixSalt, prefixOver, prefix] = [0, -1, ""]

/** The id, and trace id, of an event. */
export const sequenceId = (salt: number, sequence: number): string => {
  const over = Math.floor(sequence / 0x10000)
  if (over !== prefixOver || salt !== prefixSalt) {
    prefix = hex(salt >>> 0, 8) + hex(over, 6)
    prefixSalt = salt
    prefixOver = over
  }
  const bits = sequenceBits(salt, sequence)
  const high = sequenceHigh24(bits)
  const low = sequenceLow32(bits)
  return `${prefix}${hex2[(sequence >>> 8) & 0xff]}${hex2[sequence & 0xff]}${hex3[high >>> 12]}${hex3[high & 0xfff]}${
    hex3[low >>> 20]
  }${hex3[(low >>> 8) & 0xfff]}${hex2[low & 0xff]}`
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

  get sourceKind(): "unknown" {
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

/** A context with another event time; the same one if it has that time already. One that was not made in full stays so. */
export const contextAt = (context: EventContext, eventTime: UtcTime): EventContext => {
  if (context.eventTime === eventTime) return context
  if (!(context instanceof SequenceContext)) {
    return contextBelow(context, context.trace, context.lineage, eventTime)
  }
  return new SequenceContext(context.array, context.place, eventTime)
}
