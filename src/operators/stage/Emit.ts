/** What a step may do with its events. */
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import type { Contributors } from "../../domain/stream/Contributors.ts"
import type { EventContext, Held, JoinedInputs, Origin } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** What an output was made of, beside the event that triggered it. */
export interface Joining {
  readonly eventTime?: UtcTime
  /** Other contributors that are sampled: linked. Asked for where there is a span to link. */
  readonly links?: () => ReadonlyArray<EventContext>
  /** The inputs of an output whose lineage is kept whatever the ratio. */
  readonly joined?: JoinedInputs
}

/**
 * A step's only way out. Each input is counted `processed` unless one of `filtered`, `late`, `dead` or `shed` was called for it. Events are given as
 * an envelope, as the place of one in a batch, or as one that was kept.
 */
export interface Emit<in B> {
  /** One output made from one input: same trace, same event, a new payload. `eventTime`: the event's own, if not said. */
  out(from: Origin, payload: B, eventTime?: UtcTime): void
  /** Takes an event into state, to be {@link continued} later. */
  hold(from: Origin): Held
  /**
   * One output that an event gives rise to, at once or after it was kept: it continues the event's trace and its way, shows how long it was
   * kept as a wait, and links the others.
   */
  continued(from: Origin, payload: B, joining?: Joining): void
  /** Takes an event into a set of contributors, from which outputs are {@link merged} later. */
  absorb(contributors: Contributors, from: Origin): void
  /** One output made from many: it continues the trace of one contributor and links the other sampled ones. Nothing if there are none. */
  merged(contributors: Contributors, payload: B, eventTime?: UtcTime): void
  /** A new event, with a context of its own (a decoder that learns the true id; a source). */
  event(from: Origin, payload: B, context: EventContext): void
  /**
   * A new event with a trace of its own, sampled as its id says, which is a UUID or 32 hex digits; that of its context counts for nothing. A root
   * span called `name` begins here, linked to the trace that it came in.
   */
  begins(from: Origin, payload: B, context: EventContext, name: string): void
  /**
   * The event, or what became of it, leaves the pipeline here: its lineage is handed in, if it is followed, as an output of this `kind` and
   * `id` (the event's own without), and it is judged whether it was slow. `told`: somebody outside is told what came of it, or that it is taken back, and may ask why, so the flight recorder is
   * told, once. Not a way out: it is filtered or emitted beside that.
   */
  ends(from: Origin, kind: string, id?: string, told?: "retracted" | "delivered"): void
  /** What came before it is taken back by this event; the flight recorder is told. Not a way out. */
  retracted(from: Origin): void
  /** W3C headers that make whoever reads them a child of the event's span in this stage. */
  headers(from: Origin): Readonly<Record<string, string>>
  /** Not wanted further down; counted by reason. */
  filtered(from: Origin, reason: string): void
  /** Past its lateness: counted, and a dead letter of kind `Late`. */
  late(from: Origin, message: string): void
  /** Given up: a dead letter. */
  dead(from: Origin, errorKind: ErrorKind, message: string, retryCount?: number): void
  /** Dropped by a flow policy: counted, and a dead letter of kind `Shed`. */
  shed(from: Origin, message: string): void
  /** Counts entries that left the stage's state because it was full. */
  evicted(entries: number): void
  /** Moves the watermark of everything below. Only for steps that assign watermarks. */
  watermark(time: UtcTime): void
}
