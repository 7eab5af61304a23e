/**
 * Trace context in and out of what has headers: HTTP, Kafka records, gRPC metadata. W3C Trace Context level 2 and W3C Baggage.
 *
 * Reading never fails: what is not to be trusted is as if it were not there, and the trace begins anew.
 */
import { followParent } from "../sampling/head/parent.ts"
import type { TraceContext } from "../stream/Envelope.ts"
import { formatTraceParent, parseTraceParent, type TraceParent } from "./traceparent.ts"
import { formatTraceState, parseTraceState } from "./tracestate.ts"

/**
 * Headers as anyone has them: one value or several by name, or a list of pairs in the order in which they came. Names are compared without
 * regard to case; values that are not text are passed over.
 */
export type HeaderCarrier =
  | Readonly<Record<string, unknown>>
  | Iterable<readonly [name: string, value: unknown]>

/** A trace context that came from elsewhere. */
export interface RemoteContext extends TraceParent {
  readonly traceState: string | undefined
}

/** What is passed on. */
export interface PropagatedContext extends TraceContext {
  /** The trace id's last 7 bytes are random. Passed on as it came. */
  readonly random: boolean
}

const names = { parent: "traceparent", state: "tracestate", baggage: "baggage" } as const

const isPairs = (headers: HeaderCarrier): headers is Iterable<readonly [string, unknown]> => Symbol.iterator in headers

const valuesOf = (headers: HeaderCarrier, name: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const look = (key: string, value: unknown) => {
    if (key.length !== name.length || key.toLowerCase() !== name) return
    if (typeof value === "string") found.push(value)
    else if (Array.isArray(value)) { for (const part of value) if (typeof part === "string") found.push(part) }
  }
  if (isPairs(headers)) { for (const [key, value] of headers) look(key, value) }
  else for (const key of Object.keys(headers)) look(key, headers[key])
  return found
}

/**
 * The context of the caller. `undefined` if there is no `traceparent`, if there are several, or if it cannot be read: then `tracestate` is
 * not looked at either. Several `tracestate` lines are one, in their order; one that cannot be read is dropped and the trace goes on.
 */
export const extract = (headers: HeaderCarrier): RemoteContext | undefined => {
  const [text, ...more] = valuesOf(headers, names.parent)
  if (text === undefined || more.length > 0) return undefined
  const parent = parseTraceParent(text)
  if (parent === undefined) return undefined
  const lines = valuesOf(headers, names.state)
  return { ...parent, traceState: lines.length === 0 ? undefined : formatTraceState(parseTraceState(lines)) }
}

/** The `baggage` header, its lines joined, unread: it is passed on as it came. */
export const extractBaggage = (headers: HeaderCarrier): string | undefined => {
  const lines = valuesOf(headers, names.baggage)
  return lines.length === 0 ? undefined : lines.join(",")
}

/** The headers, in lower case, that pass a context on: `{}` for one without a span, which has nobody to be a child of. */
export const inject = (
  context: TraceContext,
  baggage?: string
): Readonly<Record<string, string>> => ({
  ...(context.spanId !== undefined && {
    [names.parent]: formatTraceParent({ ...context, spanId: context.spanId }),
    ...(context.traceState !== undefined && { [names.state]: context.traceState })
  }),
  ...(baggage !== undefined && { [names.baggage]: baggage })
})

/** The identity that a hop would take: its own span, and the trace that it begins if it continues none. */
export interface Identity {
  readonly traceId: string
  readonly spanId: string
  /** Whether the last 7 bytes of `traceId` are random. */
  readonly random: boolean
}

/**
 * What a hop does with a request: it continues the caller's trace, whose flag it follows, or begins its own, for which `decide` is asked.
 * `context` is what to inject into the requests that the hop makes in turn; `parent` is what its own span is a child of.
 */
export const continueTrace = (
  headers: HeaderCarrier,
  own: Identity,
  decide: (traceId: string) => Pick<TraceContext, "sampled" | "traceState">
): { readonly parent: RemoteContext | undefined; readonly context: PropagatedContext } => {
  const parent = extract(headers)
  const context = parent === undefined
    ? { ...own, ...decide(own.traceId) }
    : { traceId: parent.traceId, spanId: own.spanId, random: parent.random, ...followParent(parent) }
  return { parent, context }
}
