/** What a collector needs from its stage's hooks: only ever asked for events that are followed. */
import type { Tracer } from "effect"
import type { EventContext, Hop, JoinedInputs } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"

export interface CollectorHooks {
  readonly lineage: (
    event: EventContext,
    parents: ReadonlyArray<EventContext>,
    parentCount: number
  ) => EventContext["lineage"]
  /** The lineage of an output of many, whether or not its event is followed. */
  readonly joined: (event: EventContext, hop: Hop | undefined, joined: JoinedInputs) => EventContext["lineage"]
  /** The context of an event whose own trace begins here, below its root span. */
  readonly begins: (from: EventContext, context: EventContext, name: string) => EventContext
  /** Whether an event received then is slow if it ends now. */
  readonly isSlow: (received: UtcTime) => boolean
  /** The span of what a sampled context kept in state gives rise to. `absorbedAt`: since when it waited, ns since the Unix epoch. */
  readonly emission: (
    trigger: EventContext,
    absorbedAt: bigint | undefined,
    links: ReadonlyArray<EventContext>
  ) => Tracer.Span | undefined
  /** A sampled context was kept in state for a while, from `since` (ns since the Unix epoch) until now. */
  readonly waited: (context: EventContext, since: bigint) => void
  /** A sampled event reads or writes a value in state. `writer`: of the value that is there. */
  readonly access: (what: "get" | "put", context: EventContext, writer: EventContext | undefined) => void
  /** Now, in ns since the Unix epoch; read once an array. */
  readonly now: () => bigint
}
