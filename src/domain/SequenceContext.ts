/**
 * The context of an event that a source numbered: made in full only when somebody looks.
 *
 * The id is the trace id, 32 hex digits: eight that name the source, ten of the event's number, and fourteen that are uniformly random for
 * OpenTelemetry's consistent sampling, drawn from both by murmur3's finalizer. The same source and number always give the same id.
 */
import type { EventContext, TraceContext } from "./Envelope.ts"
import type { UtcTime } from "./UtcTime.ts"

/** What the events of one source have in common. */
export interface SequenceOrigin {
  readonly sourceId: string
  /** 32 bits that tell this source's ids from others'. */
  readonly salt: number
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
export const sequenceLow32 = (salt: number, sequence: number): number =>
  mix(mix(sequence) + Math.imul(sequence / 0x1_0000_0000 | 0, 0x9e3779b9) + salt | 0)

/** The upper 24 of an id's 56 random bits. */
export const sequenceHigh24 = (salt: number, sequence: number): number =>
  mix(sequenceLow32(salt, sequence) + 0x9e3779b9 | 0) >>> 8

/** The FNV-1a-32 hash of a name. */
export const saltOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return mix(hash)
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** The id, and trace id, of an event. `sequence`: 0 to 2^40 - 1. */
export const sequenceId = ({ salt }: SequenceOrigin, sequence: number): string =>
  hex(salt >>> 0, 8) + hex(sequence, 10) + hex(sequenceHigh24(salt, sequence), 6) +
  hex(sequenceLow32(salt, sequence), 8)

export class SequenceContext implements EventContext {
  readonly origin: SequenceOrigin
  readonly sequence: number
  readonly eventTime: UtcTime
  readonly ingestTime: UtcTime

  constructor(origin: SequenceOrigin, sequence: number, eventTime: UtcTime, ingestTime: UtcTime) {
    this.origin = origin
    this.sequence = sequence
    this.eventTime = eventTime
    this.ingestTime = ingestTime
  }

  get id(): string {
    return sequenceId(this.origin, this.sequence)
  }

  get sourceId(): string {
    return this.origin.sourceId
  }

  get sourceKind(): "unknown" {
    return "unknown"
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
