/**
 * Takes some events out of the stream and writes them elsewhere: a side output.
 *
 * Arrays and order kept, of what goes on and of what is written. Events that `where` names are written and counted as filtered under `reason`; the
 * types of those that go on are without them. Controls keep their place: a progress mark goes on when all before it is written. Time: nothing waits
 * for it. State: none. Errors and cost: as `sink`; an array with nothing to write costs a scan.
 */
import { Effect } from "effect"
import type { Envelope, EventContext } from "../../domain/stream/Envelope.ts"
import {
  type Edge,
  effectful,
  type ErrorClass,
  type Operator,
  type RetryPolicy,
  type StageServices
} from "../stage/Stage.ts"
import { headersAt, type Leaving, tellLeaving, type TraceHeadersAt } from "./sink.ts"

export interface DivertOptions<A, B extends A, E, R> {
  readonly name: string
  readonly where: (payload: A) => payload is B
  /** Under which reason it is counted. */
  readonly reason: (payload: B) => string
  /** `headers` gives the W3C trace headers of the payload at a place. */
  readonly write: (payloads: ReadonlyArray<B>, headers: TraceHeadersAt) => Effect.Effect<void, E, R>
  /** What leaves the pipeline with a payload, or is at its end as what it was though it goes on: for lineage and the flight recorder. */
  readonly leaving?: (payload: A) => Leaving | undefined
  /** Names the events that are never written: those that `where` names are counted as filtered under the reason it gives instead. */
  readonly except?: (context: EventContext) => string | undefined
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

export function divert<A, B extends A, E, R>(
  options: DivertOptions<A, B, E, R>
): Operator<A, Exclude<A, B>, never, R | StageServices>
export function divert<A, B extends A, E, R>(
  options: DivertOptions<A, B, E, R>
): Operator<A, A, never, R | StageServices> {
  const { except, leaving, reason, where, write, ...rest } = options
  return effectful<A, A, E, R>({
    ...rest,
    step: (events, emit) => {
      const diverted: Array<B> = []
      const from: Array<Envelope<A>> = []
      for (const event of events) {
        const { payload } = event
        const excepted = except?.(event.context)
        if (excepted === undefined) tellLeaving(event, leaving?.(payload), emit)
        if (!where(payload)) emit.out(event, payload)
        else if (excepted !== undefined) emit.filtered(event, excepted)
        else {
          diverted.push(payload)
          from.push(event)
          emit.filtered(event, reason(payload))
        }
      }
      return diverted.length === 0 ? Effect.void : write(diverted, headersAt(from, emit))
    }
  })
}
