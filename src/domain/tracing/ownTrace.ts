/** The trace that an event begins itself: its id is the event's, a UUID or 32 hex digits, without dashes. */
import type { SamplingDecision } from "../sampling/head/parent.ts"
import type { TraceContext } from "../stream/Envelope.ts"
import { traceIdOf } from "./traceId.ts"

/** Nearly all events are not sampled, and never asked for their trace id: it is made when somebody does. */
class UnsampledTrace implements TraceContext {
  readonly spanId = undefined
  readonly sampled = false
  readonly traceState = undefined
  readonly eventId: string

  constructor(eventId: string) {
    this.eventId = eventId
  }

  get traceId(): string {
    return traceIdOf(this.eventId)
  }
}

/** The trace of an event that was decided so, before its root span. */
export const ownTrace = (id: string, { sampled, traceState }: SamplingDecision): TraceContext =>
  sampled ? { traceId: traceIdOf(id), spanId: undefined, sampled, traceState } : new UnsampledTrace(id)

/** Whether a trace is the one that the event of this id began. */
export const isOwnTrace = (id: string, trace: TraceContext): boolean =>
  trace instanceof UnsampledTrace ? trace.eventId === id : trace.traceId === traceIdOf(id)
