/**
 * The trace that an event begins which is not sampled: nearly all are never asked for its id, which is made of the event's when somebody does.
 */
import type { TraceContext } from "../Envelope.ts"
import { traceIdOf } from "./traceIdOf.ts"

export class UnsampledTrace implements TraceContext {
  readonly spanId = undefined
  readonly sampled = false
  readonly traceState = undefined
  private readonly eventId: string

  /** Of an event by its id: a UUID, or 32 hex digits. */
  constructor(eventId: string) {
    this.eventId = eventId
  }

  get traceId(): string {
    return traceIdOf(this.eventId)
  }
}
