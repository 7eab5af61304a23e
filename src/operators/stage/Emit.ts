/** What a step may do with its events. */
import type { Contributors } from "../../domain/Contributors.ts"
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import type { Envelope, EventContext } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"

/** A step's only way out. Each input is counted `processed` unless one of `filtered`, `late`, `dead` or `shed` was called for it. */
export interface Emit<in B> {
  /** One output made from one input: same trace, same event, a new payload. */
  out(from: Envelope<unknown>, payload: B): void
  /** One output from a context kept in state: the output continues the trace of the event that triggered it. */
  derived(trigger: EventContext, payload: B, eventTime?: UtcTime): void
  /** One output made from many: it continues the trace of one contributor and links the other sampled ones. Nothing if there are none. */
  merged(contributors: Contributors, payload: B, eventTime?: UtcTime): void
  /** A new event, with a context of its own (a decoder that learns the true id; a source). */
  event(from: Envelope<unknown>, payload: B, context: EventContext): void
  /** Not wanted further down; counted by reason. */
  filtered(from: Envelope<unknown>, reason: string): void
  /** Past its lateness: counted, and a dead letter of kind `Late`. */
  late(from: Envelope<unknown>, message: string): void
  /** Given up: a dead letter. */
  dead(from: Envelope<unknown>, errorKind: ErrorKind, message: string, retryCount?: number): void
  /** Dropped by a flow policy: counted, and a dead letter of kind `Shed`. */
  shed(from: Envelope<unknown>, message: string): void
  /** Moves the watermark of everything below. Only for steps that assign watermarks. */
  watermark(time: UtcTime): void
}
