/**
 * Where a stream leaves the pipeline: written somewhere, then committed.
 *
 * Arrays and order kept: the unsampled events of an array are written at once, each sampled one by itself under its own span. What was written goes on,
 * so that a `commit` or another sink can stand behind. Controls keep their place: a progress mark is committed, if `commit` is given, when all before
 * it is written. Time: nothing waits for it. State: none. Errors of `write`, by `classify`: as in `Stage.effectful`, and a failed array is written again
 * event by event, so `write` must bear the same events twice. An error of `commit` fails the pipeline unless it is dealt with. Cost: that of `write`.
 */
import { Effect } from "effect"
import type { Envelope, EventContext, SourcePosition } from "../../domain/stream/Envelope.ts"
import {
  type Edge,
  effectful,
  type Emit,
  type ErrorClass,
  type Operator,
  type RetryPolicy,
  type StageServices
} from "../stage/Stage.ts"

/** The headers that make whoever reads what was written a child of the event's span here, by the payload's place. */
export type TraceHeadersAt = (place: number) => Readonly<Record<string, string>>

/** An output as lineage knows it. */
export interface Leaving {
  readonly kind: string
  /** Its id, if it is not the event's own. */
  readonly id?: string
  /** It takes back what was written before: the flight recorder is told. */
  readonly retracts?: boolean
  /** Somebody outside is told it and may ask why: the flight recorder is told. */
  readonly delivered?: boolean
}

export const headersAt = <A>(events: ReadonlyArray<Envelope<A>>, emit: Emit<never>): TraceHeadersAt => (place) => {
  const event = events[place]
  return event === undefined ? {} : emit.headers(event)
}

export const tellLeaving = (event: Envelope<unknown>, leaving: Leaving | undefined, emit: Emit<never>): void => {
  if (leaving === undefined) return
  const { delivered, id, kind, retracts } = leaving
  emit.ends(event, kind, id, retracts === true ? "retracted" : delivered === true ? "delivered" : undefined)
}

export interface SinkOptions<in A, E, R, E2 = never> {
  readonly name: string
  /**
   * Writes the payloads. It may give, for each and in order, why it was not taken (an older version, a duplicate): such are counted as filtered
   * under that reason and do not go on. `undefined`, for one or for all: taken. `headers` gives the W3C trace headers of the payload at a place.
   */
  readonly write: (
    payloads: ReadonlyArray<A>,
    headers: TraceHeadersAt
  ) => Effect.Effect<void | ReadonlyArray<string | undefined>, E, R>
  /** What leaves the pipeline with a payload that was taken: for lineage and the flight recorder. */
  readonly leaving?: (payload: A) => Leaving | undefined
  /** Gives, for each array anew, what names the events that are not written but counted as filtered: a reason, or `undefined` for those that are. */
  readonly except?: Effect.Effect<(context: EventContext) => string | undefined, never, R>
  /** The next offsets to read: everything before them is written. */
  readonly commit?: (positions: ReadonlyArray<SourcePosition>) => Effect.Effect<void, E2, R>
  readonly classify?: (error: E) => ErrorClass
  /** Which errors of `write` concern no event but end the pipeline, and as what. */
  readonly fatal?: (error: E) => E2 | undefined
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

const nothingExcepted = Effect.succeed(() => undefined)

export const sink = <A, E, R, E2 = never>(
  options: SinkOptions<A, E, R, E2>
): Operator<A, A, E2, R | StageServices> => {
  const { commit, except = nothingExcepted, leaving, write, ...rest } = options
  return effectful<A, A, E, R, E2>({
    ...rest,
    kind: "sink",
    step: Effect.fnUntraced(function*(events, emit) {
      const reasonOf = yield* except
      const meant = events.filter((event) => {
        const reason = reasonOf(event.context)
        if (reason !== undefined) emit.filtered(event, reason)
        return reason === undefined
      })
      if (meant.length === 0) return
      const refused = yield* write(meant.map((event) => event.payload), headersAt(meant, emit))
      for (const [index, event] of meant.entries()) {
        const reason = refused?.[index]
        if (reason === undefined) {
          tellLeaving(event, leaving?.(event.payload), emit)
          emit.out(event, event.payload)
        } else emit.filtered(event, reason)
      }
    }),
    ...(commit === undefined ? {} : {
      onControl: (control) => control._tag === "Progress" ? commit(control.positions) : Effect.void
    })
  })
}
